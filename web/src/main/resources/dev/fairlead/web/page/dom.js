// Elements by few words. Text is only ever set as text, never as markup.

const SVG = 'http://www.w3.org/2000/svg';

export const byId = id => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** Only what is different is written: most of a drawing stays as it is. */
export function set(element, name, value) {
  const text = value === false || value === null || value === undefined ? null : String(value);
  if (element.getAttribute(name) === text) return;
  if (text === null) element.removeAttribute(name);
  else element.setAttribute(name, text);
}

export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const measuring = document.createElement('canvas').getContext('2d');
const widths = new Map();

function widthOf(text, font) {
  const key = font + text;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 20000) widths.clear();
    measuring.font = font;
    width = measuring.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

/** As much of a text as fits; the middle is left out, since names differ at their ends. */
export function fit(text, font, room) {
  if (widthOf(text, font) <= room) return text;
  let keep = Math.max(2, Math.floor(text.length * room / widthOf(text, font)));
  for (; keep > 2; keep--) {
    const tail = Math.min(5, Math.floor(keep / 2));
    const short = text.slice(0, keep - tail) + '…' + text.slice(text.length - tail);
    if (widthOf(short, font) <= room) return short;
  }
  return text.slice(0, 1) + '…';
}

export const reduced = matchMedia('(prefers-reduced-motion: reduce)');

/** 1234567 bytes a second as "9.9 Mbit/s". */
export function bits(bytes) {
  let value = bytes * 8;
  for (const unit of ['bit/s', 'kbit/s', 'Mbit/s']) {
    if (value < 1000) return `${value < 10 && unit !== 'bit/s' ? value.toFixed(1) : Math.round(value)} ${unit}`;
    value /= 1000;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} Gbit/s`;
}

/** web-54f9df8696-6d96l is one of "web". */
export function workload(name) {
  return name.replace(/-[a-z0-9]{6,10}-[a-z0-9]{5}$/, '').replace(/-\d+$/, '');
}

export const shortName = key => key.startsWith('default/') ? key.slice(8) : key;

export const natural = new Intl.Collator('en', { numeric: true }).compare;
