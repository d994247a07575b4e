import { element, write } from './elements.js';
import { percent, size, speed, timeLeft } from './format.js';
import { visible } from './names.js';
import { Pace } from './pace.js';
import { announce, title } from './view.js';

/** Milliseconds between two changes of the figures: often enough to look alive, seldom enough to be read. */
const INTERVAL = 200;

/** Milliseconds between two announcements, which interrupt whoever listens. */
const QUIET = 15_000;

/** What would show the latest figures. */
let late = 0;

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
  let said = performance.now();
  /** @type {{ bytes: number, total: number }} */
  let latest;
  const turn = () => {
    const { bytes, total } = latest;
    const now = performance.now();
    shown = now;
    bar.value = total ? bytes / total : 1;
    write('progress-amount', `${size(bytes)} of ${size(total)}`);
    const known = pace.update(bytes, total, now / 1000);
    write('progress-pace', known && bytes < total ? `${speed(known.speed)} · ${timeLeft(known.left)}` : '');
    title(`${percent(bytes, total)} ${heading.toLowerCase()}`);
    if (now - said > QUIET && bytes < total) {
      said = now;
      announce(`${percent(bytes, total)} done`);
    }
  };
  return (progress) => {
    clearTimeout(late);
    latest = progress;
    const soon = shown + INTERVAL - performance.now();
    // The last figures show even if no more come for a while.
    if (progress.bytes < progress.total && soon > 0) late = setTimeout(turn, soon);
    else turn();
  };
}

/**
 * A bar without an end that is known.
 * @param {string} heading
 * @param {string} remark
 */
export function wait(heading, remark) {
  clearTimeout(late);
  bar.removeAttribute('value');
  write('work-heading', heading);
  write('work-note', remark);
  write('progress-amount', '');
  write('progress-pace', '');
  title(heading);
}
