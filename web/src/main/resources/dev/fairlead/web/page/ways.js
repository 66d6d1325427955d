// From the hops of a trace to lines along the drawing.

const TRANSLATIONS = new Set(['dnat', 'undnat', 'snat', 'unsnat', 'routed', 'rule', 'encap', 'decap']);

/** Where a hop is: a pod's own end, a port of the bridge, the IP layer or the uplink of a node. */
export function spotOf(hop, cluster) {
  if (hop.netns) return { kind: 'pod', pod: hop.netns, node: hop.node };
  const node = cluster.nodes.get(hop.node);
  if (TRANSLATIONS.has(hop.event)) return { kind: 'ip', node: hop.node };
  if (node && hop.device === node.uplink) return { kind: 'uplink', node: hop.node };
  if (hop.device) {
    for (const pod of cluster.pods.values()) {
      if (pod.node === hop.node && pod.port === hop.device) return { kind: 'port', pod: pod.key, node: hop.node };
    }
  }
  return { kind: 'ip', node: hop.node };
}

/** A point of the drawing; null where it isn't drawn any more. */
export function pointOf(spot, layout) {
  const node = layout.nodes.get(spot.node);
  if (!node) return null;
  if (spot.kind === 'ip') return [node.ip.x, node.ip.y];
  if (spot.kind === 'uplink') return [node.uplink.x, node.uplink.y];
  const pod = layout.pods.get(spot.pod);
  if (!pod || !pod.line) return [node.ip.x, node.ip.y];
  return spot.kind === 'pod' ? pod.line[0] : pod.port;
}

/** The line from one spot to another: along veth pairs, bridges, uplinks and the network between nodes. */
export function wayBetween(from, to, layout) {
  if (from.node === to.node) return within(from, to, layout);
  const a = layout.nodes.get(from.node);
  const b = layout.nodes.get(to.node);
  if (!a || !b || !layout.trunk) return [];
  const out = within(from, { kind: 'uplink', node: from.node }, layout);
  const into = within({ kind: 'uplink', node: to.node }, to, layout);
  const between = a.busY === b.busY
    ? [[a.uplink.x, a.busY], [b.uplink.x, b.busY]]
    : [[a.uplink.x, a.busY], [layout.trunk.x, a.busY], [layout.trunk.x, b.busY], [b.uplink.x, b.busY]];
  return tidy([...out, ...between, ...into]);
}

function within(from, to, layout) {
  const deep = spot => spot.kind === 'ip' || spot.kind === 'uplink';
  const start = pointOf(from, layout);
  const end = pointOf(to, layout);
  if (!start || !end) return [];
  if (deep(from) && deep(to)) return tidy([start, end]);
  if (from.pod !== undefined && from.pod === to.pod) {
    const line = layout.pods.get(from.pod)?.line ?? [start, end];
    if (from.kind === to.kind) return [start];
    return from.kind === 'pod' ? [...line] : [...line].reverse();
  }
  return tidy([...toBridge(from, layout), ...toBridge(to, layout).reverse()]);
}

/** From a spot to the middle of its node's bridge. */
function toBridge(spot, layout) {
  const node = layout.nodes.get(spot.node);
  const y = node.bridge.y + node.bridge.h / 2;
  const pod = layout.pods.get(spot.pod);
  if (spot.kind === 'pod' && pod?.line) return [...pod.line, [pod.port[0], y]];
  if (spot.kind === 'port' && pod?.line) return [pod.port, [pod.port[0], y]];
  return [...(spot.kind === 'uplink' ? [[node.uplink.x, node.uplink.y]] : []), [node.ip.x, node.ip.y], [node.ip.x, y]];
}

function tidy(points) {
  return points.filter((point, i) => i === 0 || point[0] !== points[i - 1][0] || point[1] !== points[i - 1][1]);
}

export function lengthOf(points) {
  let length = 0;
  for (let i = 1; i < points.length; i++) length += Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]);
  return length;
}

/** The point at a share of a line's length, 0 to 1. */
export function along(points, share) {
  let left = lengthOf(points) * share;
  for (let i = 1; i < points.length; i++) {
    const [x1, y1] = points[i - 1];
    const [x2, y2] = points[i];
    const part = Math.hypot(x2 - x1, y2 - y1);
    if (left <= part) return part === 0 ? [x2, y2] : [x1 + (x2 - x1) * left / part, y1 + (y2 - y1) * left / part];
    left -= part;
  }
  return points.at(-1);
}

export const pathOf = points => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x} ${y}`).join('');
