// The cluster as SVG. Elements are kept and changed: a pod that moves moves, and what stays isn't touched.
import { set, say, svg, fit, shortName, workload, bits } from './dom.js';
import { pathOf } from './ways.js';

const NAME = '600 12px system-ui, sans-serif';
const MONO = '10.5px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
const HUES = 8;

export class Drawing extends EventTarget {
  #root;
  #layers = {};
  #pods = new Map();
  #nodes = new Map();
  #fixed = new Map();
  #layout = null;
  #cluster = null;
  #current = null; // the pod that the tab key leads to

  constructor(root) {
    super();
    this.#root = root;
    for (const name of ['net', 'nodes', 'lines', 'bridges', 'ways', 'pods', 'talks']) {
      root.append(this.#layers[name] = svg('g', { class: name }));
    }
    root.addEventListener('click', event => this.#choose(event.target));
    root.addEventListener('keydown', event => this.#key(event));
    root.addEventListener('pointerover', event => this.#point(event.target));
    root.addEventListener('pointerleave', () => this.#tell('point', null));
    root.addEventListener('focusin', event => this.#point(event.target));
    root.addEventListener('focusout', () => this.#tell('point', null));
  }

  /** Where lines between those who talk go. */
  get talks() {
    return this.#layers.talks;
  }

  update(cluster, layout) {
    const first = this.#layout === null || this.#layout.width !== layout.width || this.#layout.cards !== layout.cards;
    this.#root.classList.toggle('still', first); // what isn't a pod's own move isn't animated
    this.#root.classList.toggle('cards', layout.cards);
    this.#layout = layout;
    this.#cluster = cluster;
    for (const [name, value] of Object.entries({ width: layout.width, height: layout.height })) set(this.#root, name, value);
    set(this.#root, 'viewBox', `0 0 ${layout.width} ${layout.height}`);
    this.#net(layout);
    this.#keep(this.#nodes, cluster.nodes, node => this.#node(node, layout.nodes.get(node.key)));
    this.#keep(this.#pods, cluster.pods, pod => this.#pod(pod, layout.pods.get(pod.key)));
    if (!cluster.pods.has(this.#current)) this.#lead([...layout.pods.keys()][0] ?? null);
  }

  #keep(parts, things, draw) {
    for (const [key, part] of parts) {
      if (!things.has(key)) {
        for (const element of Object.values(part)) element.remove();
        parts.delete(key);
      }
    }
    for (const thing of things.values()) draw(thing);
  }

  /** The network between the nodes. */
  #net(layout) {
    const shapes = {};
    layout.buses.forEach((bus, i) => shapes[`bus-${i}`] = `M${bus.from} ${bus.y}H${bus.to}`);
    if (layout.trunk) shapes.trunk = `M${layout.trunk.x} ${layout.trunk.top}V${layout.trunk.bottom}`;
    for (const [key, element] of this.#fixed) if (!(key in shapes) && key !== 'label' && key !== 'waiting') { element.remove(); this.#fixed.delete(key); }
    for (const [key, d] of Object.entries(shapes)) set(this.#part(key, () => svg('path', { class: 'bus' })), 'd', d);
    const label = this.#part('label', () => svg('text', { class: 'net-label' }));
    if (layout.buses.length > 0) {
      set(label, 'x', TEXT_X);
      set(label, 'y', layout.buses[0].y + 15);
      say(label, 'network between the nodes');
    }
    const waiting = this.#part('waiting', () => svg('text', { class: 'net-label' }));
    set(waiting, 'x', TEXT_X);
    set(waiting, 'y', 20);
    say(waiting, layout.waiting ? 'waiting for a node' : '');
  }

  #part(key, make) {
    if (!this.#fixed.has(key)) {
      this.#fixed.set(key, make());
      this.#layers.net.append(this.#fixed.get(key));
    }
    return this.#fixed.get(key);
  }

  #node(node, at) {
    const part = this.#nodes.get(node.key) ?? this.#newNode(node.key);
    const box = (element, rect) => { for (const name of ['x', 'y']) set(element, name, rect[name]); set(element, 'width', rect.w); set(element, 'height', rect.h); };
    const text = (element, x, y, content) => { set(element, 'x', x); set(element, 'y', y); say(element, content); };
    box(part.frame, at);
    set(part.frame, 'class', node.ready ? 'node' : 'node off');
    set(part.head, 'aria-label', `node ${node.key}, ${node.ips.join(' ')}${node.ready ? '' : ', not ready'}`);
    box(part.head.firstChild, { x: at.x, y: at.y, w: at.w, h: 30 });
    text(part.head.children[1], at.x + 14, at.y + 21, node.key + (node.ready ? '' : ' (not ready)'));
    text(part.head.children[2], at.x + at.w - 14, at.y + 20, at.w < 230 ? '' : node.podCidrs[0] ?? '');
    box(part.root, at.root);
    const wide = at.w >= 230;
    text(part.rootLabel, at.root.x + at.root.w - 11, at.root.y + at.root.h - 9, wide ? 'root namespace' : '');
    set(part.wire, 'd', `M${at.ip.x} ${at.bridge.y + at.bridge.h}V${at.busY}`);
    box(part.bridge, at.bridge);
    text(part.bridgeLabel, at.ip.x, at.bridge.y + 13, wide ? `bridge ${node.bridge}` : node.bridge);
    box(part.ip, { x: at.ip.x - 6, y: at.ip.y - 6, w: 12, h: 12 });
    text(part.ipLabel, at.ip.x - 14, at.ip.y + 4, wide ? 'routes, NAT' : 'IP');
    box(part.port, { x: at.uplink.x - 5, y: at.uplink.y - 5, w: 10, h: 10 });
    const uplink = wide ? `${node.uplink} ${node.ips[0] ?? ''}` : node.uplink;
    const room = 20 + uplink.length * 6.5;
    box(part.uplink, { x: at.uplink.x - 12 - room, y: at.uplink.y - 10, w: room, h: 20 });
    text(part.uplinkLabel, at.uplink.x - 12 - room / 2, at.uplink.y + 4, uplink);
    for (const [rate, x] of [[part.sent, at.uplink.x - 10], [part.received, at.uplink.x + 10]]) {
      set(rate, 'x', x);
      set(rate, 'y', at.uplink.y + 26);
    }
  }

  #newNode(key) {
    const opens = { 'data-object': `node/${key}` }; // for a pointer; by keyboard the node's name does it
    const part = {
      frame: svg('rect', { class: 'node', rx: 12 }),
      root: svg('rect', { class: 'root', rx: 8, ...opens }),
      rootLabel: svg('text', { class: 'faint', 'text-anchor': 'end' }),
      wire: svg('path', { class: 'wire' }),
      head: svg('g', { class: 'head', role: 'button', tabindex: 0, 'data-object': `node/${key}` },
        svg('rect', { class: 'hit', rx: 8 }), svg('text', { class: 'node-name' }), svg('text', { class: 'node-cidr' })),
      bridge: svg('rect', { class: 'bridge', rx: 9, ...opens }),
      bridgeLabel: svg('text', { class: 'bridge-label' }),
      ip: svg('rect', { class: 'stop', rx: 6, ...opens }),
      ipLabel: svg('text', { class: 'stop-label' }),
      port: svg('rect', { class: 'stop', rx: 2 }),
      uplink: svg('rect', { class: 'pill', rx: 10, ...opens }),
      uplinkLabel: svg('text', { class: 'pill-label mono' }),
      sent: svg('text', { class: 'rate', 'text-anchor': 'end' }),
      received: svg('text', { class: 'rate' }),
    };
    const { bridge, bridgeLabel, ip, ipLabel, port, uplink, uplinkLabel, ...below } = part;
    this.#layers.nodes.append(...Object.values(below));
    this.#layers.bridges.append(bridge, bridgeLabel, ip, ipLabel, port, uplink, uplinkLabel);
    this.#nodes.set(key, part);
    return part;
  }

  #pod(pod, at) {
    const part = this.#pods.get(pod.key) ?? this.#newPod(pod);
    const group = part.group;
    set(group, 'class', `pod hue-${hue(pod.key)} ${state(pod)}`);
    const move = `translate(${at.x}px, ${at.y}px)`;
    if (group.style.transform !== move) group.style.transform = move;
    set(group.firstChild, 'width', at.w);
    set(group.firstChild, 'height', at.h);
    set(group.firstChild, 'rx', this.#layout.cards ? 9 : 5);
    set(group, 'aria-label', describe(pod));
    this.#face(pod, at, part);
    set(part.line, 'd', at.line ? pathOf(at.line) : '');
  }

  #newPod(pod) {
    const group = svg('g', { role: 'button', tabindex: -1, 'data-object': `pod/${pod.key}` }, svg('rect'));
    const part = { group, line: svg('path', { class: 'veth' }) };
    this.#layers.pods.append(group);
    this.#layers.lines.append(part.line);
    this.#pods.set(pod.key, part);
    return part;
  }

  /** Name, address, pause and containers, where there is room for them. */
  #face(pod, at, { group }) {
    const face = `${this.#layout.cards} ${at.w} ${pod.ips[0]} ${pod.phase} ${pod.containers.map(one => one.state).join()}`;
    if (group.dataset.face === face) return;
    group.dataset.face = face;
    while (group.children.length > 1) group.lastChild.remove();
    if (!this.#layout.cards) return;
    const room = at.w - 20;
    const address = pod.ips[0] ?? pod.phase;
    group.append(
      label('pod-name', 10, 20, fit(shortName(pod.key), NAME, room)),
      label('pod-ip', 10, 36, fit(pod.hostNetwork ? `host ${address}` : address, MONO, room)),
      svg('rect', { class: 'pause', x: 10, y: 46, width: 8, height: 8, rx: 2 }, svg('title', {}, 'pause, which holds the namespaces')));
    pod.containers.slice(0, 6).forEach((container, i) => group.append(
      svg('circle', { class: container.state === 'Running' ? 'container runs' : 'container', cx: 28 + i * 13, cy: 50, r: 4.5 },
        svg('title', {}, `${container.name}: ${container.image}, ${container.state}`))));
    group.append(svg('text', { class: 'rate', x: at.w - 9, y: 54, 'text-anchor': 'end' }));
  }

  /** Which lines carry something now, and how much. */
  traffic(rates) {
    for (const [key, part] of this.#pods) {
      const rate = rates.pods[key];
      part.line.classList.toggle('busy', rate !== undefined);
      const text = part.group.querySelector('.rate');
      if (text) say(text, rate ? bits(rate[0] + rate[1]) : '');
    }
    for (const [key, part] of this.#nodes) {
      const rate = rates.nodes[key];
      part.wire.classList.toggle('busy', rate !== undefined);
      say(part.sent, rate ? `${bits(rate[0])} ↓` : '');
      say(part.received, rate ? `↑ ${bits(rate[1])}` : '');
    }
  }

  /** Who was chosen. @param marks objects with what they are: from, to, part */
  mark(marks) {
    for (const [key, part] of this.#pods) this.#badge(part.group, marks.get(`pod/${key}`));
    for (const [key, part] of this.#nodes) this.#badge(part.head, marks.get(`node/${key}`));
  }

  #badge(group, mark) {
    for (const name of ['from', 'to', 'part']) group.classList.toggle(name, mark === name);
    set(group, 'aria-pressed', mark === 'from' || mark === 'to' ? 'true' : 'false');
  }

  /** The whole way, and the part that lies behind the packet. */
  way(whole, done) {
    this.#layers.ways.replaceChildren(
      ...[['way', whole], ['way done', done]].filter(([, points]) => points.length > 1)
        .map(([name, points]) => svg('path', { class: name, d: pathOf(points) })));
  }

  #tell(what, detail) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  #choose(target) {
    const group = target.closest('[data-object]');
    if (!group) return;
    if (group.classList.contains('pod')) this.#lead(group.dataset.object.slice(4));
    this.#tell('choose', group.dataset.object);
  }

  #point(target) {
    const group = target.closest('[data-object]');
    this.#tell('point', group ? { object: group.dataset.object, group } : null);
  }

  #lead(key) {
    this.#pods.get(this.#current)?.group.setAttribute('tabindex', '-1');
    this.#current = key;
    this.#pods.get(key)?.group.setAttribute('tabindex', '0');
  }

  #key(event) {
    const group = event.target.closest('[data-object]');
    if (!group) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#choose(group);
      return;
    }
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!direction || !group.classList.contains('pod')) return;
    event.preventDefault();
    const next = this.#nearest(this.#layout.pods.get(group.dataset.object.slice(4)), direction);
    if (!next) return;
    this.#lead(next);
    const element = this.#pods.get(next).group;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #nearest(from, [dx, dy]) {
    let best = null;
    let least = Infinity;
    for (const [key, at] of this.#layout.pods) {
      const x = at.x - from.x;
      const y = at.y - from.y;
      const ahead = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (ahead > 1 && ahead + aside * 3 < least) {
        least = ahead + aside * 3;
        best = key;
      }
    }
    return best;
  }
}

const TEXT_X = 38;

function label(name, x, y, text) {
  return svg('text', { class: name, x, y }, text);
}

/** Pods of one workload have one colour. */
export function hue(key) {
  let hash = 7;
  for (const c of workload(key)) hash = (hash * 31 + c.codePointAt(0)) % 9973;
  return hash % HUES;
}

function state(pod) {
  if (pod.phase === 'Terminating') return 'leaving';
  if (pod.phase === 'Succeeded') return 'over';
  return pod.ready ? 'ready' : 'unready';
}

export function describe(pod) {
  const containers = pod.containers.map(one => `${one.name} ${one.state}`).join(', ');
  return `pod ${shortName(pod.key)}, ${pod.ips.join(' ') || 'no address'}, ${pod.phase}${pod.ready ? '' : ', not ready'}`
    + `${pod.node ? ` on ${pod.node}` : ''}${containers ? `; ${containers}` : ''}`;
}
