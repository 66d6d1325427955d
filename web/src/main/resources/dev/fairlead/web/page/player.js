// Plays the hops of a trace along the drawing.
import { byId, el, set, say, reduced } from './dom.js';
import { spotOf, pointOf, wayBetween, lengthOf } from './ways.js';

const PLAY = 'M7 4.5v11l8.5-5.5z';
const PAUSE = 'M6 4.5h3v11H6zM11 4.5h3v11h-3z';

export class Player extends EventTarget {
  #cluster;
  #drawing;
  #motion;
  #layout = null;
  #trace = null;
  #direction = 'request';
  #at = 0;
  #playing = false;
  #turn = 0; // whatever was begun before has no say any more

  constructor(cluster, drawing, motion) {
    super();
    this.#cluster = cluster;
    this.#drawing = drawing;
    this.#motion = motion;
    byId('play').addEventListener('click', () => this.#playing ? this.pause() : this.play());
    byId('step').addEventListener('click', () => this.#by(1));
    byId('back').addEventListener('click', () => this.#by(-1));
    byId('request').addEventListener('click', () => this.#turnTo('request'));
    byId('reply').addEventListener('click', () => this.#turnTo('reply'));
    byId('player').addEventListener('keydown', event => this.#key(event));
  }

  get hops() {
    return this.#trace?.[this.#direction] ?? [];
  }

  get direction() {
    return this.#direction;
  }

  show(trace) {
    this.#trace = trace;
    this.#direction = 'request';
    byId('player').hidden = trace === null;
    if (trace === null) {
      this.pause();
      this.#drawing.way([], []);
      this.#motion.place(null);
      return;
    }
    byId('reply').disabled = trace.reply.length === 0;
    this.#go(0, false);
    this.play();
  }

  /** The drawing has changed under the packet. */
  relayout(layout) {
    this.#layout = layout;
    if (this.#trace) this.#rest();
  }

  select(index) {
    this.pause();
    this.#go(index, index === this.#at + 1);
  }

  async play() {
    const turn = ++this.#turn;
    this.#buttons(true);
    if (this.#at >= this.hops.length - 1) {
      if (this.#direction === 'reply') this.#direction = 'request';
      this.#go(0, false);
      this.#buttons(true);
    }
    while (await this.#dwell(turn)) {
      if (this.#at < this.hops.length - 1) {
        await this.#go(this.#at + 1, true);
      } else if (this.#direction === 'request' && this.#trace.reply.length > 0) {
        this.#direction = 'reply';
        await this.#go(0, false);
      } else {
        break;
      }
      if (turn !== this.#turn) return;
    }
    if (turn === this.#turn) {
      this.#buttons(false);
      this.dispatchEvent(new Event('end'));
    }
  }

  pause() {
    this.#turn++;
    this.#buttons(false);
  }

  /** Time to read. @return whether to go on */
  #dwell(turn) {
    const hop = this.hops[this.#at];
    const changed = hop && changes(hop).length > 0;
    const pause = speedUp() * ((changed ? 1900 : 950) + (this.#at === this.hops.length - 1 ? 700 : 0));
    return new Promise(done => setTimeout(() => done(turn === this.#turn), pause));
  }

  #by(step) {
    this.pause();
    const next = this.#at + step;
    if (next >= 0 && next < this.hops.length) this.#go(next, step > 0);
    else if (step > 0 && this.#direction === 'request' && this.#trace.reply.length > 0) this.#turnTo('reply');
    else if (step < 0 && this.#direction === 'reply') this.#turnTo('request', this.#trace.request.length - 1);
  }

  #turnTo(direction, at = 0) {
    this.pause();
    this.#direction = direction;
    this.#go(at, false);
  }

  #key(event) {
    if (event.key === 'ArrowRight') this.#by(1);
    else if (event.key === 'ArrowLeft') this.#by(-1);
    else if (event.key === ' ' && event.target.tagName !== 'BUTTON') this.#playing ? this.pause() : this.play();
    else return;
    event.preventDefault();
  }

  async #go(index, moves) {
    const from = this.hops[this.#at];
    this.#at = index;
    const hop = this.hops[index];
    if (!hop || !this.#layout) return;
    const line = moves && from ? wayBetween(spotOf(from, this.#cluster), spotOf(hop, this.#cluster), this.#layout) : [];
    this.#tell(hop);
    this.#follow(hop);
    if (line.length > 1 && !reduced.matches) {
      const turn = this.#turn;
      await this.#motion.move(line, tag(from.after), speedUp() * Math.min(1500, 350 + lengthOf(line) * 1.5));
      if (turn !== this.#turn && this.#at !== index) return;
    }
    this.#rest();
  }

  /** The packet where it is now, and its way so far. */
  #rest() {
    const spots = this.hops.map(hop => spotOf(hop, this.#cluster));
    const whole = [];
    let done = [];
    spots.forEach((spot, i) => {
      whole.push(...(i === 0 ? [pointOf(spot, this.#layout)].filter(Boolean) : wayBetween(spots[i - 1], spot, this.#layout)));
      if (i === this.#at) done = [...whole];
    });
    this.#drawing.way(whole, done);
    const hop = this.hops[this.#at];
    if (hop) this.#motion.place(pointOf(spots[this.#at], this.#layout), tag(hop.after), changes(hop).length > 0);
  }

  #tell(hop) {
    const count = this.hops.length;
    say(byId('progress'), `${this.#at + 1} / ${count}`);
    say(byId('hop-text'), `${hop.netns || hop.node}${hop.device ? `, ${hop.device}` : ''}: ${hop.text}`);
    byId('hop-header').replaceChildren(...headerOf(hop));
    byId('back').disabled = this.#at === 0 && this.#direction === 'request';
    byId('step').disabled = this.#at === count - 1 && (this.#direction === 'reply' || this.#trace.reply.length === 0);
    for (const id of ['request', 'reply']) set(byId(id), 'aria-pressed', String(id === this.#direction));
    this.dispatchEvent(new CustomEvent('hop', { detail: { index: this.#at, direction: this.#direction } }));
  }

  /** Brings the place of a hop into view. */
  #follow(hop) {
    const point = pointOf(spotOf(hop, this.#cluster), this.#layout);
    const drawing = byId('drawing').getBoundingClientRect();
    const scroller = byId('scroller');
    const own = scroller.scrollHeight > scroller.clientHeight + 1 && getComputedStyle(scroller).overflowY === 'auto';
    const view = own ? scroller.getBoundingClientRect() : { top: 0, bottom: innerHeight - byId('player').offsetHeight };
    const y = drawing.top + (point?.[1] ?? 0);
    if (!point || (y > view.top + 70 && y < view.bottom - 70)) return;
    (own ? scroller : window).scrollBy({
      top: y - (view.top + view.bottom) / 2,
      behavior: reduced.matches ? 'auto' : 'smooth',
    });
  }

  #buttons(playing) {
    this.#playing = playing;
    set(byId('play'), 'aria-label', playing ? 'Pause' : 'Play');
    set(byId('play-icon'), 'd', playing ? PAUSE : PLAY);
  }
}

/** Tests don't wait for people to read. */
function speedUp() {
  return Number(document.documentElement.dataset.pace ?? 1);
}

function tag(flow) {
  return `→ ${flow.destination}`;
}

export function changes(hop) {
  return ['source', 'destination'].filter(end => hop.before[end] !== hop.after[end]);
}

/** The header as it comes and goes. */
export function headerOf(hop) {
  return ['source', 'destination'].flatMap(end => {
    const [before, after] = [hop.before[end], hop.after[end]].map(one => one.replace(/:0$/, ':any')); // nobody chose a port yet
    return [el('dt', {}, end), before !== after
      ? el('dd', { class: 'changed' }, el('s', {}, before), ' → ', el('strong', {}, after))
      : el('dd', {}, after)];
  });
}
