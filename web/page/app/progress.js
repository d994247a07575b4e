import { element, write } from './elements.js';
import { percent, size, speed, timeLeft } from './format.js';
import { visible } from './names.js';
import { Pace } from './pace.js';
import { title } from './view.js';

/** Milliseconds between two changes of the figures: often enough to look alive, seldom enough to be read. */
const INTERVAL = 200;

const bar = /** @type {HTMLProgressElement} */ (element('progress'));

/**
 * Begins a bar.
 * @param {string} heading
 * @param {string} name
 * @param {string} [remark]
 * @returns {(done: { bytes: number, total: number }) => void} to be told how far it is
 */
export function begin(heading, name, remark = '') {
  write('work-name', visible(name));
  wait(heading, remark);
  const pace = new Pace();
  let shown = -Infinity;
  return ({ bytes, total }) => {
    const now = performance.now();
    if (bytes < total && now - shown < INTERVAL) return;
    shown = now;
    bar.value = total ? bytes / total : 1;
    write('progress-amount', `${size(bytes)} of ${size(total)}`);
    const known = pace.update(bytes, total, now / 1000);
    write('progress-pace', known && bytes < total ? `${speed(known.speed)} · ${timeLeft(known.left)}` : '');
    title(`${percent(bytes, total)} ${heading.toLowerCase()}`);
  };
}

/**
 * A bar without an end that is known.
 * @param {string} heading
 * @param {string} remark
 */
export function wait(heading, remark) {
  bar.removeAttribute('value');
  write('work-heading', heading);
  write('work-note', remark);
  write('progress-amount', '');
  write('progress-pace', '');
  title(heading);
}
