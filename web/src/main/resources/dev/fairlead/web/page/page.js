// The page: who is chosen, what is asked, and who is told of it.
import { byId, el, say, set, shortName } from './dom.js';
import { Cluster, ask, split } from './cluster.js';
import { Places } from './layout.js';
import { Drawing, describe } from './drawing.js';
import { Motion } from './motion.js';
import { Player } from './player.js';
import { Panel } from './panel.js';
import { Talks } from './talks.js';

const cluster = new Cluster();
const places = new Places();
const drawing = new Drawing(byId('drawing'));
const motion = new Motion(byId('motion'), byId('drawing'), byId('scroller'));
const player = new Player(cluster, drawing, motion);
const panel = new Panel(cluster);
const talks = new Talks(cluster, drawing.talks);
let layout = null;
let trace = null;
let chosen = { from: null, to: null };
let pointed = null;
let asked = 0;

// ---- the cluster

let redrawing = false;
function redraw() {
  if (redrawing) return;
  redrawing = true;
  requestAnimationFrame(() => {
    redrawing = false;
    const width = Math.max(300, Math.floor(byId('scroller').clientWidth));
    layout = places.arrange(cluster, width);
    byId('legend-cells').hidden = layout.cards;
    drawing.update(cluster, layout);
    panel.update();
    traffic();
    player.relayout(layout);
    count();
    if (document.documentElement.dataset.drawn === undefined) {
      document.documentElement.dataset.drawn = Math.round(performance.now());
      fromFragment();
    }
  });
}

function traffic() {
  drawing.traffic(cluster.rates);
  talks.update(cluster.rates, layout, trace !== null);
  motion.traffic(cluster.rates, layout, trace ? [] : talks.streams);
  panel.refresh();
  mark();
}

function count() {
  say(byId('cluster-name'), cluster.name);
  document.title = `${cluster.name} – Fairlead`;
  const many = (n, word) => `${n} ${word}${n === 1 ? '' : 's'}`;
  const ready = [...cluster.pods.values()].filter(pod => pod.ready).length;
  say(byId('counts'), `${many(cluster.nodes.size, 'node')} · ${ready} of ${many(cluster.pods.size, 'pod')} ready · ${many(cluster.services.size, 'Service')}`);
}

cluster.addEventListener('change', redraw);
cluster.addEventListener('traffic', () => {
  if (layout) traffic();
});
cluster.addEventListener('link', ({ detail }) => {
  const state = byId('link-state');
  state.className = detail;
  say(state, { live: 'live', lost: 'connection lost, trying again', gone: 'the cluster is gone' }[detail]);
});
new ResizeObserver(() => layout && byId('scroller').clientWidth !== layout.width && redraw()).observe(byId('scroller'));

// ---- choosing: first who sends, then to whom; a Service can only be the second

function choose(object) {
  panel.refuse('');
  const [kind] = split(object);
  if (trace || (chosen.from && chosen.to)) clear(); // what was refused is over too
  if (kind === 'svc') chosen.to = chosen.to === object ? null : object;
  else if (kind === 'pod' && chosen.from === object) chosen.from = null;
  else if (kind === 'pod' && chosen.from === null) chosen.from = object;
  else if (kind === 'pod') chosen.to = object;
  panel.fill(chosen);
  panel.showObject(object);
  mark();
  if (chosen.from && chosen.to) follow(panel.question());
}

function clear() {
  asked++;
  trace = null;
  chosen = { from: null, to: null };
  player.show(null);
  panel.showTrace(null);
  panel.busy(false);
  if (layout) traffic();
}

function mark() {
  const marks = new Map();
  for (const endpoint of endpointsOf(pointed ?? chosen.to)) marks.set(`pod/${endpoint}`, 'part');
  for (const object of trace ? trace.request.flatMap(hop => hop.objects) : []) {
    if (!object.startsWith('node/')) marks.set(object, 'part');
  }
  if (chosen.from) marks.set(chosen.from, 'from');
  if (chosen.to) marks.set(chosen.to.replace(/:\d+$/, ''), 'to');
  drawing.mark(marks);
  panel.mark(marks);
  talks.mark(null, pointed ?? chosen.from ?? chosen.to);
}

function endpointsOf(object) {
  return object?.startsWith('svc/') ? cluster.find(object)?.endpoints.map(one => one.pod) ?? [] : [];
}

drawing.addEventListener('choose', ({ detail }) => choose(detail));
panel.addEventListener('choose', ({ detail }) => choose(detail));
panel.addEventListener('point', ({ detail }) => { pointed = detail; mark(); });
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') { clear(); panel.showObject(null); history.replaceState(null, '', location.pathname + location.search); }
});

// ---- the tip beside what the pointer or the focus is on

drawing.addEventListener('point', ({ detail }) => {
  talks.mark(null, detail?.object ?? chosen.from ?? chosen.to);
  const tip = byId('tip');
  const pod = detail && cluster.find(detail.object);
  tip.hidden = !pod || layout.cards || !detail.object.startsWith('pod/');
  if (tip.hidden) return;
  tip.replaceChildren(el('strong', {}, shortName(pod.key)), el('span', {}, describe(pod).split(', ').slice(1).join(', ')));
  const at = detail.group.getBoundingClientRect();
  tip.style.left = `${Math.max(6, Math.min(innerWidth - tip.offsetWidth - 6, at.left + at.width / 2 - tip.offsetWidth / 2))}px`;
  tip.style.top = `${at.top > tip.offsetHeight + 12 ? at.top - tip.offsetHeight - 8 : at.bottom + 8}px`;
});

// ---- following a packet

/** @param predicted whether nothing is to be sent */
async function follow(question, predicted = false) {
  const mine = ++asked;
  panel.refuse('');
  panel.busy(true);
  try {
    const answer = await ask(predicted ? '/api/explain' : '/api/trace', question);
    if (mine !== asked) return;
    panel.busy(false);
    show(question, answer);
  } catch (refusal) {
    if (mine !== asked) return;
    panel.busy(false);
    panel.refuse(refusal.message);
  }
}

function show(question, answer) {
  if (answer.request.length === 0 && answer.predicted) answer.request = answer.predicted.request;
  trace = { from: question.from, to: question.to, ...answer };
  chosen = { from: question.from, to: question.to };
  const which = answer.id ? { id: answer.id } : { predicted: 'yes' };
  history.replaceState(null, '', `#${new URLSearchParams({ ...question, ...which })}`);
  panel.fill(question);
  panel.showObject(null);
  panel.showTrace(trace, (index, direction) => {
    if (player.direction !== direction) byId(direction).click();
    player.select(index);
  });
  traffic();
  player.show(trace);
}

panel.addEventListener('follow', ({ detail }) => follow(detail));
panel.addEventListener('predict', ({ detail }) => follow(detail, true));
player.addEventListener('hop', ({ detail }) => panel.at(detail));
player.addEventListener('end', () => set(byId('player'), 'data-played', ''));

/** A link shows the same trace again as long as the server has it; after that a new one, since packets go where they go now. */
async function fromFragment() {
  const { from, to, protocol = 'tcp', id, predicted } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (!from || !to) return;
  const question = { from, to, protocol };
  const mine = ++asked;
  const kept = id ? await ask(`/api/trace?id=${encodeURIComponent(id)}`).catch(() => null) : null;
  if (mine !== asked) return;
  if (kept && kept.from === from) show(question, { ...kept, again: true });
  else follow(question, predicted !== undefined);
}
window.addEventListener('hashchange', fromFragment);

cluster.connect();
