// Where everything is drawn: numbers in, numbers out. A pod keeps its place as long as it is there; a new one takes the
// first free place of its node, so nothing else moves.
import { natural } from './dom.js';

const CARD = { least: 108, most: 156, height: 64, gap: 16, pad: 14, alley: 12, nodeLeast: 250, nodeMost: 620, head: 38, drop: 26 };
const CELL = { size: 20, gap: 6, pad: 14, alley: 4, nodeLeast: 196, nodeMost: 420, head: 34, drop: 14 };
const ROOT = { height: 90, bridge: 14, bridgeHeight: 18, ip: 56 };
const GAP = 22;
const TRUNK = 26;
const BUS = 40;
const TOP = 18;
const EDGE = 12;

export class Places {
  #slots = new Map(); // of each node: its pods in the order of their places, undefined where one is free

  /** Drawn as cards while they all fit, else as cells. */
  static isSparse(cluster) {
    return cluster.pods.size <= 72 && cluster.nodes.size <= 12;
  }

  arrange(cluster, width) {
    const cards = Places.isSparse(cluster);
    const names = [...cluster.nodes.keys()].sort(natural);
    this.#assign(cluster, names);
    const space = width - TRUNK - 12 - EDGE;
    const kind = cards ? CARD : CELL;
    const most = Math.max(1, Math.min(names.length, Math.floor((space + GAP) / (kind.nodeLeast + GAP))));
    const columns = Math.max(1, Math.ceil(names.length / Math.max(1, Math.ceil(names.length / most))));
    const nodeWidth = Math.floor(Math.min(kind.nodeMost, (space - GAP * (columns - 1)) / columns));
    const grid = cards ? cardGrid(nodeWidth, this.#mostPods(names)) : cellGrid(nodeWidth);
    const layout = { width, cards, nodes: new Map(), pods: new Map(), buses: [], trunk: null, waiting: null, height: 0 };
    let y = this.#waiting(cluster, layout, grid, width);
    for (let first = 0; first < names.length; first += columns) {
      y = this.#row(cluster, layout, names.slice(first, first + columns), nodeWidth, grid, y);
    }
    if (layout.buses.length > 0) {
      layout.trunk = { x: TRUNK / 2 + 2, top: layout.buses[0].y, bottom: layout.buses.at(-1).y };
    }
    layout.height = y + 4;
    return layout;
  }

  #mostPods(names) {
    return Math.max(1, ...names.map(name => this.#slots.get(name).length));
  }

  #assign(cluster, names) {
    const byNode = new Map(names.map(name => [name, []]));
    byNode.set('', []);
    for (const pod of cluster.pods.values()) (byNode.get(pod.node) ?? byNode.get('')).push(pod.key);
    for (const [node, keys] of byNode) {
      const there = new Set(keys);
      let slots = (this.#slots.get(node) ?? []).map(key => there.has(key) ? key : undefined);
      if (slots.length > 8 && slots.filter(key => key === undefined).length > slots.length * 0.6) {
        slots = slots.filter(key => key !== undefined); // mostly empty: closed up once
      }
      const placed = new Set(slots);
      for (const key of keys.sort(natural)) {
        if (placed.has(key)) continue;
        const free = slots.indexOf(undefined);
        if (free < 0) slots.push(key);
        else slots[free] = key;
      }
      while (slots.length > 0 && slots.at(-1) === undefined) slots.pop();
      this.#slots.set(node, slots);
    }
  }

  /** Pods that no node has yet. */
  #waiting(cluster, layout, grid, width) {
    const slots = this.#slots.get('') ?? [];
    if (slots.length === 0) return TOP - 10;
    const columns = Math.max(1, Math.floor((width - TRUNK - 24 + grid.gap) / (grid.w + grid.gap)));
    const rows = Math.ceil(slots.length / columns);
    layout.waiting = { x: TRUNK, y: 4, w: width - TRUNK - 12 - EDGE, h: 30 + rows * (grid.h + grid.gap) };
    slots.forEach((key, i) => {
      if (key === undefined) return;
      const x = TRUNK + 12 + (i % columns) * (grid.w + grid.gap);
      const y = 30 + Math.floor(i / columns) * (grid.h + grid.gap);
      layout.pods.set(key, { x, y, w: grid.w, h: grid.h, node: '', line: null });
    });
    return layout.waiting.y + layout.waiting.h + 16;
  }

  #row(cluster, layout, names, nodeWidth, grid, y) {
    const rows = Math.max(1, ...names.map(name => Math.ceil(this.#slots.get(name).length / grid.columns)));
    const podsHeight = rows * grid.h + (rows - 1) * grid.rowGap;
    const height = grid.head + podsHeight + grid.drop + ROOT.height;
    const busY = y + height + BUS;
    names.forEach((name, i) => {
      const x = TRUNK + 12 + i * (nodeWidth + GAP);
      const root = { x: x + 8, y: y + height - ROOT.height, w: nodeWidth - 16, h: ROOT.height - 10 };
      const center = Math.round(x + nodeWidth / 2);
      const node = {
        x, y, w: nodeWidth, h: height, root, busY,
        bridge: { x: root.x + 4, y: root.y + ROOT.bridge, w: root.w - 8, h: ROOT.bridgeHeight },
        ip: { x: center, y: root.y + ROOT.ip },
        uplink: { x: center, y: y + height },
      };
      layout.nodes.set(name, node);
      this.#pods(cluster, layout, name, node, grid, rows);
    });
    const ends = names.map(name => layout.nodes.get(name).uplink.x);
    layout.buses.push({ y: busY, from: TRUNK / 2 + 2, to: Math.max(...ends) });
    return busY + GAP;
  }

  #pods(cluster, layout, name, node, grid, rows) {
    const left = node.x + Math.round((node.w - grid.alley - (grid.columns * (grid.w + grid.gap) - grid.gap)) / 2);
    this.#slots.get(name).forEach((key, i) => {
      if (key === undefined) return;
      const row = Math.floor(i / grid.columns);
      const x = left + (i % grid.columns) * (grid.w + grid.gap);
      const y = node.y + grid.head + row * (grid.h + grid.rowGap);
      const place = { x, y, w: grid.w, h: grid.h, node: name, line: null };
      const pod = cluster.pods.get(key);
      if (pod.port !== '') {
        place.line = veth(place, node, grid, row, rows - 1);
        place.port = place.line.at(-1);
      }
      layout.pods.set(key, place);
    });
  }
}

/** The pair's line: straight down, or by the alley beside the pods below. */
function veth(place, node, grid, row, last) {
  const start = [place.x + place.w / 2, place.y + place.h];
  const end = node.bridge.y;
  if (row === last) return [start, [start[0], end]];
  const alley = place.x + place.w + grid.gap / 2 + grid.spread * (((row * 2) % 5) - 2);
  const turn = start[1] + grid.rowGap / 2;
  return [start, [start[0], turn], [alley, turn], [alley, end]];
}

function cardGrid(nodeWidth, pods) {
  const inner = nodeWidth - 2 * CARD.pad - CARD.alley;
  const fitting = Math.max(1, Math.floor((inner + CARD.gap) / (CARD.least + CARD.gap)));
  const columns = Math.max(1, Math.min(fitting, pods));
  const w = Math.floor(Math.min(CARD.most, (inner - CARD.gap * (columns - 1)) / columns));
  return { columns, w, h: CARD.height, gap: CARD.gap, rowGap: 14, head: CARD.head, drop: CARD.drop, spread: 2.5, alley: CARD.alley };
}

function cellGrid(nodeWidth) {
  const inner = nodeWidth - 2 * CELL.pad - CELL.alley;
  const columns = Math.max(1, Math.floor((inner + CELL.gap) / (CELL.size + CELL.gap)));
  return { columns, w: CELL.size, h: CELL.size, gap: CELL.gap, rowGap: 6, head: CELL.head, drop: CELL.drop, spread: 0, alley: CELL.alley };
}
