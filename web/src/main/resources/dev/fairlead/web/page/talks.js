// Who talks to whom: a line between the two ends of connections, thicker the more they carry, and the same as a table.
import { byId, el, set, say, svg, bits, natural, shortName } from './dom.js';
import { split } from './cluster.js';
import { pathOf } from './ways.js';

const MOST_LABELS = 12;
const STEPS = 18;

/** "web-1", "node-1", "8.8.8.8". */
export function nameOf(object) {
  const [kind, rest] = split(object);
  return kind === 'pod' || kind === 'svc' ? shortName(rest) : kind === 'node' ? rest : object;
}

export class Talks {
  #cluster;
  #layer;
  #lines = new Map(); // by who and whom: its elements, its rate and its points
  #rows = new Map();

  constructor(cluster, layer) {
    this.#cluster = cluster;
    this.#layer = layer;
    layer.append(svg('defs', {}, svg('marker', { id: 'talk-end', markerUnits: 'userSpaceOnUse', markerWidth: 9, markerHeight: 9, refX: 8, refY: 4.5, orient: 'auto' },
      svg('path', { class: 'talk-end', d: 'M0 0L9 4.5L0 9z' }))));
    const rows = byId('talks-rows');
    rows.addEventListener('pointerover', event => this.mark(event.target.closest('tr')?.dataset.talk ?? null, null));
    rows.addEventListener('pointerleave', () => this.mark(null, null));
  }

  /** What moves: the points of each line, and bytes a second there and back. */
  get streams() {
    return [...this.#lines.values()].filter(line => line.points.length > 1);
  }

  /** @param quiet whether something else is played, and lines should stand back */
  update(rates, layout, quiet) {
    const talks = (rates.talks ?? []).map(([client, service, server, ...rate]) =>
      ({ key: JSON.stringify([client, service, server]), client, service, server, rate }));
    this.#layer.classList.toggle('aside', quiet);
    this.#draw(talks, layout);
    this.#list(talks, rates.more);
  }

  #draw(talks, layout) {
    const keys = new Set(talks.map(talk => talk.key));
    for (const [key, line] of this.#lines) {
      if (keys.has(key)) continue;
      line.path.remove();
      line.label.remove();
      this.#lines.delete(key);
    }
    const labels = layout.cards && talks.length <= MOST_LABELS;
    const placed = [];
    for (const talk of talks) {
      const line = this.#lines.get(talk.key) ?? this.#newLine(talk);
      line.rate = talk.rate;
      line.points = curve(this.#end(talk.client, talk.server, layout), this.#end(talk.server, talk.client, layout));
      set(line.path, 'd', line.points.length > 1 ? pathOf(line.points) : '');
      set(line.path, 'stroke-width', thickness(talk.rate[0] + talk.rate[1], layout.cards));
      const text = labels && line.points.length > 1
        ? `${talk.service ? `${nameOf(talk.service)} ` : ''}${bits(talk.rate[0] + talk.rate[1])}` : '';
      const at = text ? free(line.points, text.length * 3.4, placed) : null;
      if (at) {
        set(line.label, 'x', at[0]);
        set(line.label, 'y', at[1]);
      }
      say(line.label, at ? text : '');
    }
  }

  #newLine({ key, client, service, server }) {
    const of = { 'data-client': client, 'data-service': service, 'data-server': server };
    const line = { client, service, server, rate: [], points: [], path: svg('path', { class: 'talk', 'marker-end': 'url(#talk-end)', ...of }), label: svg('text', { class: 'talk-label' }) };
    this.#layer.firstChild.after(line.path);
    this.#layer.append(line.label);
    this.#lines.set(key, line);
    return line;
  }

  /** Where a line begins or ends: at a pod's edge, in a node's root namespace, or where the network goes on elsewhere. */
  #end(object, other, layout) {
    const [kind, name] = split(object);
    const pod = kind === 'pod' ? layout.pods.get(name) : undefined;
    if (pod) return { x: pod.x + pod.w / 2, y: pod.y + pod.h / 2, w: pod.w / 2 + 1, h: pod.h / 2 + 1 };
    const node = kind === 'node' ? layout.nodes.get(name) : undefined;
    if (node) return { x: node.ip.x, y: node.ip.y, w: 7, h: 7 };
    if (kind === 'pod' || kind === 'node') return null;
    const near = layout.nodes.get(split(other)[0] === 'pod' ? this.#cluster.pods.get(split(other)[1])?.node : split(other)[1]);
    return near ? { x: near.uplink.x, y: near.busY, w: 2, h: 2 } : null;
  }

  // ---- the table

  #list(talks, more) {
    const body = byId('talks-rows');
    const sorted = [...talks].sort((a, b) => natural(a.key, b.key)); // rows stay where they are while rates change
    const rows = new Map(sorted.map(talk => [talk.key, this.#rows.get(talk.key) ?? newRow(talk)]));
    const there = [...rows.values()];
    if (there.length !== body.children.length || there.some((row, i) => row !== body.children[i])) body.replaceChildren(...there);
    this.#rows = rows;
    for (const talk of talks) {
      const cells = rows.get(talk.key).children;
      say(cells[2], bits(talk.rate[0]));
      say(cells[3], bits(talk.rate[1]));
    }
    byId('talks-table').hidden = talks.length === 0;
    const others = more && `and ${more[0]} more, together ${bits(more[1])} sent, ${bits(more[2])} received`;
    say(byId('talks-more'), talks.length === 0 ? 'Nobody talks now.' : others ?? '');
  }

  /** Lets those lines stand out that are one, or have an end or a Service that is meant; all when nothing is meant. */
  mark(key, object) {
    const bare = object?.replace(/:\d+$/, '');
    const meant = [...this.#lines].filter(([one, line]) => one === key || [line.client, line.service, line.server].includes(bare));
    const lit = new Set(meant.map(([one]) => one));
    for (const [one, line] of this.#lines) {
      for (const element of [line.path, line.label]) {
        element.classList.toggle('lit', lit.has(one));
        element.classList.toggle('dim', lit.size > 0 && !lit.has(one));
      }
    }
  }
}

function newRow({ key, client, service, server }) {
  return el('tr', { 'data-talk': key },
    el('th', { scope: 'row' }, nameOf(client)),
    el('td', {}, service ? el('span', { class: 'via' }, `Service ${nameOf(service)} → `) : null, nameOf(server)),
    el('td', { class: 'number' }), el('td', { class: 'number' }));
}

/** From 1.5 to 7 pixels, or 4 where there is little room, for 100 bit/s to 10 Gbit/s. */
function thickness(bytes, cards) {
  const most = cards ? 7 : 4;
  return Math.max(1.5, Math.min(most, 1.5 + (Math.log10(bytes * 8 + 1) - 2) * (most - 1.5) / 8)).toFixed(1);
}

/** A bow from one end to the other, to the left as it goes, so that who talks back has another. */
function curve(from, to) {
  if (!from || !to) return [];
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const far = Math.hypot(dx, dy);
  if (far < 1) return loop(from);
  const bow = Math.min(70, 14 + far * 0.14);
  const control = [(from.x + to.x) / 2 + dy / far * bow, (from.y + to.y) / 2 - dx / far * bow];
  if (control[1] < 24) control[1] = (from.y + to.y) / 2 + Math.abs(dx) / far * bow;
  const [x1, y1] = edge(from, control);
  const [x2, y2] = edge(to, control);
  const points = [];
  for (let i = 0; i <= STEPS; i++) {
    const t = i / STEPS;
    const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    points.push([round(a * x1 + b * control[0] + c * x2), round(a * y1 + b * control[1] + c * y2)]);
  }
  return points;
}

/** Somebody who talks to itself. */
function loop({ x, y, w, h }) {
  const points = [];
  for (let i = 0; i <= STEPS; i++) {
    const turn = Math.PI * (1 + i / STEPS);
    points.push([round(x + w * 0.5 * Math.cos(turn)), round(y - h + Math.min(16, h) * Math.sin(turn))]);
  }
  return points;
}

/** Where a line from the middle of a box leaves it. */
function edge({ x, y, w, h }, [tx, ty]) {
  const share = Math.min(1, w / Math.max(0.01, Math.abs(tx - x)), h / Math.max(0.01, Math.abs(ty - y)));
  return [x + (tx - x) * share, y + (ty - y) * share];
}

/** A place on a line where no other line's text is; the table has those for which there is none. */
function free(points, half, placed) {
  const candidates = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].map(share => points[Math.round(share * STEPS)]);
  const at = candidates.find(([x, y]) => !placed.some(one => Math.abs(one.x - x) < one.half + half && Math.abs(one.y - y) < 15));
  if (at) placed.push({ x: at[0], y: at[1], half });
  return at;
}

const round = number => Math.round(number * 10) / 10;
