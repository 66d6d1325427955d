// What stands beside the drawing: the form, the Services, the list of hops, and what the kernel holds for an object.
import { byId, el, set, say, natural, shortName, bits } from './dom.js';
import { ask, split } from './cluster.js';
import { nameOf } from './talks.js';
import { changes, headerOf } from './player.js';

export class Panel extends EventTarget {
  #cluster;
  #names = '';
  #object = null;
  #asked = 0;

  constructor(cluster) {
    super();
    this.#cluster = cluster;
    byId('follow').addEventListener('submit', event => {
      event.preventDefault();
      this.#tell(event.submitter === byId('predict') ? 'predict' : 'follow', this.question());
    });
    byId('to').addEventListener('change', () => this.#port());
    byId('protocol').addEventListener('change', () => this.#portCounts());
    byId('services').addEventListener('click', event => {
      const button = event.target.closest('button');
      if (button) this.#tell('choose', button.dataset.object);
    });
    for (const event of ['pointerover', 'focusin']) byId('services').addEventListener(event, e => this.#point(e.target));
    for (const event of ['pointerleave', 'focusout']) byId('services').addEventListener(event, () => this.#tell('point', null));
  }

  #tell(what, detail) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  #point(target) {
    const button = target.closest('button');
    this.#tell('point', button ? button.dataset.object : null);
  }

  update() {
    const pods = [...this.#cluster.pods.keys()].sort(natural);
    const services = [...this.#cluster.services.values()].sort((a, b) => natural(a.key, b.key));
    this.#listServices(services);
    const names = JSON.stringify([pods, services.map(one => [one.key, one.ports]), [...this.#cluster.nodes.keys()]]);
    if (names === this.#names) return;
    this.#names = names;
    const podOptions = (group) => el('optgroup', { label: 'Pods' },
      ...pods.map(key => el('option', { value: `pod/${key}` }, shortName(key))));
    const to = byId('to').value;
    this.#options(byId('from'), podOptions(), el('optgroup', { label: 'Nodes' },
      ...[...this.#cluster.nodes.keys()].sort(natural).map(key => el('option', { value: `node/${key}` }, key))));
    this.#options(byId('to'), el('optgroup', { label: 'Services' },
      ...services.flatMap(service => service.ports.map(port => el('option',
        { value: `svc/${service.key}:${port.port}`, 'data-protocol': port.protocol },
        `${shortName(service.key)}:${port.port}${port.protocol === 'tcp' ? '' : ` ${port.protocol}`}`)))), podOptions());
    if (byId('to').value !== to) this.#port(); // else what was said of it stands
  }

  #options(select, ...groups) {
    const chosen = select.value;
    select.replaceChildren(...groups.filter(group => group.children.length > 0));
    select.value = chosen;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }

  /** A Service's port is in its name; a pod's must be said. */
  #port() {
    const to = byId('to').value;
    const [kind, rest] = split(to);
    const guess = kind === 'pod' ? this.#cluster.portOf(rest)
      : { port: rest.slice(rest.lastIndexOf(':') + 1), protocol: byId('to').selectedOptions[0]?.dataset.protocol ?? 'tcp' };
    byId('port').value = guess.port;
    byId('protocol').value = guess.protocol === 'udp' ? 'udp' : 'tcp';
    this.#portCounts();
  }

  /** An echo request goes to no port. */
  #portCounts() {
    byId('port').disabled = split(byId('to').value)[0] !== 'pod' || byId('protocol').value === 'icmp';
  }

  question() {
    const to = byId('to').value;
    const protocol = byId('protocol').value;
    const withPort = split(to)[0] === 'pod' ? `${to}:${byId('port').value || 80}` : to;
    return {
      from: byId('from').value,
      to: protocol === 'icmp' ? to.replace(/:[^/]*$/, '') : withPort, // an echo request goes to no port
      protocol,
    };
  }

  /** Fills the form. @param to with or without a port */
  fill({ from, to, protocol }) {
    if (from) byId('from').value = from;
    if (!to) return;
    const port = /:(\d+)$/.exec(to)?.[1];
    const select = byId('to');
    select.value = to.startsWith('pod/') ? to.replace(/:\d+$/, '') : to;
    if (select.selectedIndex < 0 && to.startsWith('svc/')) {
      select.value = [...select.options].find(option => option.value.startsWith(`${to}:`))?.value ?? '';
    }
    this.#port();
    if (port) byId('port').value = port;
    if (protocol) byId('protocol').value = protocol;
    this.#portCounts();
  }

  busy(yes) {
    byId('go').disabled = yes;
    byId('predict').disabled = yes;
    say(byId('go'), yes ? 'Following …' : 'Follow');
  }

  refuse(sentence) {
    say(byId('refusal'), sentence);
  }

  #listServices(services) {
    const list = byId('services');
    const there = new Map([...list.children].map(item => [item.dataset.key, item]));
    const items = services.map(service => {
      const item = there.get(service.key) ?? el('li', { 'data-key': service.key },
        el('button', { type: 'button', 'data-object': `svc/${service.key}`, 'aria-pressed': 'false' },
          el('span', { class: 'service-name' }), el('span', { class: 'service-ip' }), el('span', { class: 'service-count' })));
      const [name, ip, count] = item.firstChild.children;
      const ready = new Set(service.endpoints.filter(one => one.ready).map(one => one.pod)).size;
      say(name, shortName(service.key));
      say(ip, `${service.ips[0] ?? 'headless'}${service.ports.length ? ` :${service.ports.map(one => one.port).join(' :')}` : ''}`);
      say(count, ready === 1 ? '1 pod' : `${ready} pods`);
      return item;
    });
    if (items.length !== list.children.length || items.some((item, i) => item !== list.children[i])) list.replaceChildren(...items);
  }

  mark(marks) {
    for (const item of byId('services').children) {
      const mark = marks.get(item.firstChild.dataset.object);
      for (const name of ['from', 'to', 'part']) item.firstChild.classList.toggle(name, mark === name);
      set(item.firstChild, 'aria-pressed', String(mark === 'to'));
    }
  }

  // ---- the trace

  showTrace(trace, choose) {
    byId('trace').hidden = trace === null;
    if (trace === null) return;
    say(byId('trace-title'), `${nameOf(trace.from)} → ${nameOf(trace.to)}`);
    byId('verdict').replaceChildren(verdictOf(trace), ' ', this.#agreement(trace));
    const item = (hop, index, direction) => el('li', { 'data-hop': `${direction}-${index}` }, this.#hop(hop, () => choose(index, direction)));
    byId('hops').replaceChildren(
      el('li', { class: 'direction' }, 'Request'),
      ...trace.request.map((hop, i) => item(hop, i, 'request')),
      ...(trace.reply.length === 0 ? [] : [el('li', { class: 'direction' }, 'Reply'),
        ...trace.reply.map((hop, i) => item(hop, i, 'reply'))]));
    set(byId('share'), 'href', location.href);
  }

  #agreement(trace) {
    if (trace.agree === undefined) return el('span', { class: 'badge' }, 'predicted, nothing was sent');
    const when = trace.again ? `, at ${new Date(trace.at).toLocaleTimeString()}` : '';
    const lost = trace.lostEvents > 0 ? `, ${trace.lostEvents} events lost` : '';
    return el('span', { class: trace.agree ? 'badge well' : 'badge odd' },
      (trace.agree ? '✓ as predicted' : '≠ not as predicted') + lost + when);
  }

  #hop(hop, choose) {
    const button = el('button', { type: 'button' },
      el('span', { class: `event ${hop.event}` }, hop.event),
      el('span', { class: 'place' }, hop.netns ? `${shortName(hop.netns)}` : hop.node, hop.device ? el('span', { class: 'device' }, ` ${hop.device}`) : null),
      el('span', { class: 'text' }, hop.text));
    button.addEventListener('click', choose);
    return el('div', { class: 'hop' }, button,
      changes(hop).length > 0 ? el('dl', { class: 'hop-header' }, ...headerOf(hop)) : null,
      hop.details.length > 0 ? el('pre', { tabindex: 0, 'aria-label': 'as the tools print it' }, hop.details.join('\n')) : null);
  }

  at({ index, direction }) {
    for (const item of byId('hops').children) {
      const here = item.dataset.hop === `${direction}-${index}`;
      set(item, 'aria-current', here ? 'step' : null);
      if (here) {
        const panel = item.closest('.panel');
        if (getComputedStyle(panel).overflowY === 'auto') {
          const at = item.getBoundingClientRect();
          const view = panel.getBoundingClientRect();
          if (at.top < view.top || at.bottom > view.bottom) panel.scrollBy({ top: at.top - view.top - view.height / 3 });
        }
      }
    }
  }

  // ---- an object

  async showObject(object) {
    this.#object = object;
    const asked = ++this.#asked;
    byId('object').hidden = object === null;
    if (object === null) return;
    say(byId('object-title'), object.replace(/^svc/, 'Service').replace('/', ' '));
    this.#facts();
    const sections = byId('object-sections');
    sections.replaceChildren(el('p', { class: 'hint' }, 'asking the kernel …'));
    try {
      const answer = await ask(`/api/details?object=${encodeURIComponent(object)}`);
      if (asked !== this.#asked) return;
      sections.replaceChildren(...answer.map((section, i) => el('details', i < 2 ? { open: '' } : {},
        el('summary', {}, section.title, el('span', { class: 'lines' }, ` ${section.lines.length}`)),
        el('pre', { tabindex: 0, 'aria-label': section.title }, section.lines.join('\n') || 'nothing'))));
    } catch (refusal) {
      if (asked === this.#asked) sections.replaceChildren(el('p', { class: 'refusal' }, refusal.message));
    }
  }

  /** What is known of the object that is shown; changes with it. */
  #facts() {
    const thing = this.#object === null ? undefined : this.#cluster.find(this.#object);
    const facts = !thing ? { state: 'gone' } : factsOf(this.#object, thing, this.#cluster.rates);
    byId('object-facts').replaceChildren(...Object.entries(facts).filter(([, text]) => text)
      .flatMap(([name, text]) => [el('dt', {}, name), el('dd', {}, text)]));
  }

  refresh() {
    if (this.#object !== null) this.#facts();
  }
}

/** How it went; of a prediction, how it would go, and where else it could. */
function verdictOf(trace) {
  if (trace.verdict !== undefined) return trace.verdict;
  const others = trace.choices.length > 0 ? `; as well possible: ${trace.choices.join(', ')}` : '';
  return `would be ${trace.outcome}${trace.reason ? `: ${trace.reason}` : ''}${others}`;
}

function factsOf(object, thing, rates) {
  const [kind] = split(object);
  const moving = rate => rate ? `${bits(rate[0])} sent, ${bits(rate[1])} received` : 'none now';
  if (kind === 'node') {
    return { addresses: thing.ips.join(' '), pods: thing.podCidrs.join(' '), state: thing.ready ? 'ready' : 'not ready', uplink: moving(rates.nodes[thing.key]) };
  }
  if (kind === 'svc') {
    return {
      address: thing.ips.join(' ') || 'headless',
      ports: thing.ports.map(one => `${one.port}/${one.protocol} → ${one.target}`).join(', '),
      endpoints: thing.endpoints.map(one => `${shortName(one.pod)} ${one.ip}:${one.port}${one.ready ? '' : ' (not ready)'}`).join('\n') || 'none',
    };
  }
  return {
    state: thing.phase + (thing.ready ? ', ready' : ', not ready'),
    why: thing.reason,
    node: thing.node,
    addresses: thing.ips.join(' '),
    'veth pair': thing.port ? `eth0 – ${thing.port}` : thing.hostNetwork ? 'none: it uses its node’s network' : '',
    pause: thing.pid ? `process ${thing.pid}` : '',
    containers: thing.containers.map(one => `${one.name}: ${one.image}, ${one.state}${one.restarts ? `, ${one.restarts} restarts` : ''}`).join('\n'),
    traffic: moving(rates.pods[thing.key]),
  };
}
