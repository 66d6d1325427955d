// What moves is drawn on a canvas above the drawing, so that the drawing itself is painted only when it changes. Nothing is
// computed while nothing moves.
import { reduced } from './dom.js';
import { along, lengthOf } from './ways.js';

const SPEED = 70; // pixels a second, of traffic on a device
const LANE = 2.5;

export class Motion {
  #canvas;
  #svg;
  #scroller;
  #streams = [];
  #packet = null;
  #wanted = false;
  #colors = {};

  constructor(canvas, svg, scroller) {
    this.#canvas = canvas;
    this.#svg = svg;
    this.#scroller = scroller;
    for (const [target, event] of [[scroller, 'scroll'], [window, 'scroll'], [window, 'resize']]) {
      target.addEventListener(event, () => this.#want(), { passive: true });
    }
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', () => { this.#colors = {}; this.#want(); });
  }

  /** The lines that carry something. @param talks lines between those who talk, with their rates */
  traffic(rates, layout, talks) {
    this.#streams = [];
    if (!reduced.matches) {
      for (const { points, rate } of talks) this.#stream(points, rate, layout.cards ? 16 : 8, true);
      for (const [key, rate] of Object.entries(rates.pods)) {
        const line = layout.pods.get(key)?.line;
        if (line) this.#stream(line, rate, layout.cards ? 20 : 2);
      }
      for (const [key, rate] of Object.entries(rates.nodes)) {
        const node = layout.nodes.get(key);
        if (node) this.#stream([[node.ip.x, node.ip.y + 10], [node.ip.x, node.busY]], rate, 20);
      }
    }
    this.#want();
  }

  /** @param paced whether it goes faster the more it is */
  #stream(points, [sent, received], most, paced = false) {
    const length = lengthOf(points);
    const xs = points.map(point => point[0]);
    const ys = points.map(point => point[1]);
    const bounds = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    const legs = [];
    let far = 0;
    for (let i = 1; i < points.length; i++) {
      const [x, y] = points[i - 1];
      const leg = Math.hypot(points[i][0] - x, points[i][1] - y);
      if (leg === 0) continue;
      legs.push({ x, y, dx: (points[i][0] - x) / leg, dy: (points[i][1] - y) / leg, start: far, end: far + leg });
      far += leg;
    }
    for (const [bytes, back] of [[sent, false], [received, true]]) {
      if (bytes <= 0) continue;
      const way = back ? reversed(legs, length) : legs;
      const dots = Math.max(1, Math.min(most, Math.round(length / 9), Math.round(Math.log10(bytes + 1) * length / 60)));
      const speed = paced ? 30 + 15 * Math.log10(bytes + 1) : SPEED;
      this.#streams.push({ legs: way, length, bounds, back, dots, speed });
    }
  }

  /** Puts the packet somewhere. @param tag what is written beside it */
  place(point, tag, changed) {
    this.#packet = point ? { points: [point], tag, changed, start: 0, duration: 0, done: null } : null;
    this.#want();
  }

  /** Moves the packet along a line. Resolves when it is there, or something else is done with it. */
  move(points, tag, duration) {
    this.#packet?.done?.();
    return new Promise(done => {
      this.#packet = { points, tag, changed: false, start: performance.now(), duration, done };
      this.#want();
    });
  }

  #want() {
    if (this.#wanted) return;
    this.#wanted = true;
    requestAnimationFrame(now => {
      this.#wanted = false;
      this.#frame(now);
    });
  }

  #frame(now) {
    const view = this.#scroller.getBoundingClientRect();
    const drawing = this.#svg.getBoundingClientRect();
    const left = Math.max(0, view.left);
    const top = Math.max(0, view.top);
    const width = Math.max(1, Math.min(innerWidth, view.right) - left);
    const height = Math.max(1, Math.min(innerHeight, view.bottom) - top);
    const scale = Math.min(2, devicePixelRatio || 1);
    const canvas = this.#canvas;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const shift = `translate(${left}px, ${top}px)`;
    if (canvas.style.transform !== shift) canvas.style.transform = shift;
    const paint = canvas.getContext('2d');
    paint.setTransform(scale, 0, 0, scale, 0, 0);
    paint.clearRect(0, 0, width, height);
    paint.translate(drawing.left - left, drawing.top - top);
    const seen = [left - drawing.left, top - drawing.top, left - drawing.left + width, top - drawing.top + height];
    this.#paintTraffic(paint, now, seen);
    const moving = this.#paintPacket(paint, now, seen);
    if (moving || this.#streams.length > 0) this.#want();
  }

  #paintTraffic(paint, now, seen) {
    if (this.#streams.length === 0) return;
    for (const back of [false, true]) {
      paint.fillStyle = this.#color(back ? '--received' : '--sent');
      paint.beginPath();
      for (const stream of this.#streams) {
        const [x1, y1, x2, y2] = stream.bounds;
        if (stream.back !== back || x2 < seen[0] || y2 < seen[1] || x1 > seen[2] || y1 > seen[3]) continue;
        const shift = (now / 1000 * stream.speed * stream.dots / stream.length) % 1;
        let leg = 0;
        for (let i = 0; i < stream.dots; i++) {
          const share = (i + shift) / stream.dots % 1; // grows with i, so legs are passed in order
          const at = share * stream.length;
          while (leg < stream.legs.length - 1 && stream.legs[leg].end < at) leg++;
          const { x, y, dx, dy, start } = stream.legs[leg];
          const far = at - start;
          paint.rect(x + dx * far - dy * LANE - 1.5, y + dy * far + dx * LANE - 1.5, 3, 3);
        }
      }
      paint.fill();
    }
  }

  #paintPacket(paint, now, seen) {
    const packet = this.#packet;
    if (!packet) return false;
    const share = packet.duration > 0 ? Math.min(1, (now - packet.start) / packet.duration) : 1;
    const eased = share < 0.5 ? 2 * share * share : 1 - (2 - 2 * share) ** 2 / 2;
    const [x, y] = along(packet.points, eased);
    if (packet.duration > 0) this.#tail(paint, packet.points, eased);
    paint.fillStyle = this.#color('--packet');
    paint.strokeStyle = this.#color('--surface');
    paint.lineWidth = 2.5;
    paint.beginPath();
    paint.arc(x, y, 7.5, 0, 7);
    paint.fill();
    paint.stroke();
    this.#tag(paint, packet, x, y, seen);
    if (share < 1) return true;
    const done = packet.done;
    packet.done = null;
    done?.();
    return false;
  }

  #tail(paint, points, share) {
    paint.fillStyle = this.#color('--packet');
    for (let i = 1; i <= 6; i++) {
      const behind = share - i * 9 / Math.max(60, lengthOf(points));
      if (behind <= 0) break;
      const [x, y] = along(points, behind);
      paint.globalAlpha = 0.4 - i * 0.055;
      paint.beginPath();
      paint.arc(x, y, 6.5 - i * 0.7, 0, 7);
      paint.fill();
    }
    paint.globalAlpha = 1;
  }

  #tag(paint, packet, x, y, seen) {
    if (!packet.tag) return;
    paint.font = '600 11px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
    const width = paint.measureText(packet.tag).width + 16;
    const right = x + 14 + width < seen[2] - 4;
    const at = right ? x + 14 : Math.max(seen[0] + 4, x - 14 - width);
    paint.fillStyle = this.#color(packet.changed ? '--packet' : '--ink');
    paint.beginPath();
    paint.roundRect(at, y - 11, width, 22, 11);
    paint.fill();
    paint.fillStyle = this.#color('--surface');
    paint.fillText(packet.tag, at + 8, y + 4);
  }

  #color(name) {
    return this.#colors[name] ??= getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }
}

function reversed(legs, length) {
  return legs.map(leg => ({
    x: leg.x + leg.dx * (leg.end - leg.start), y: leg.y + leg.dy * (leg.end - leg.start),
    dx: -leg.dx, dy: -leg.dy, start: length - leg.end, end: length - leg.start,
  })).reverse();
}
