import { element, hide, make, write } from './elements.js';
import { percent, plural, size } from './format.js';

/** Parts of the picture; those of the table are few enough to be listened to. */
const PARTS = 512;
const ROWS = 16;

const touch = matchMedia('(pointer: coarse)').matches;

/** A part of the disk. @typedef {{ from: number, to: number, data: number }} Part */

/**
 * Draws which parts of the disk hold data.
 * @param {import('./engine.js').Plan} plan
 */
export function drawPicture(plan) {
  const { virtualSize, clusterSize, metadataBytes } = plan.summary;
  const clusters = Math.ceil(virtualSize / clusterSize);
  const parts = divide(plan, Math.min(PARTS, clusters));
  const data = Math.min(virtualSize, parts.reduce((sum, part) => sum + part.data, 0));

  write('picture-caption', caption(data, virtualSize, plan.runs));
  write('legend-data', size(data));
  write('legend-empty', size(virtualSize - data));
  write('legend-tables', `Tables that qcow2 adds: ${size(metadataBytes)}`);
  drawCells(parts);
  element('picture-table').replaceChildren(table(divide(plan, Math.min(ROWS, clusters))));
}

/** @param {number} data @param {number} disk @param {number} runs */
function caption(data, disk, runs) {
  if (!data) return 'Where the data is: nowhere, the disk holds nothing but zeros';
  if (data === disk) return 'Where the data is: everywhere, the disk is full';
  return `Where the data is: ${unbroken(size(data))} of ${unbroken(size(disk))}, in ${unbroken(plural(runs, 'piece', 'pieces'))}`;
}

/** A number stays on one line with its unit. @param {string} words */
function unbroken(words) {
  return words.replaceAll(' ', '\u00a0');
}

/** @param {import('./engine.js').Plan} plan @param {number} parts @returns {Part[]} */
function divide(plan, parts) {
  const length = plan.summary.virtualSize / parts;
  return Array.from(plan.occupancy(parts), (data, i) => ({ from: i * length, to: (i + 1) * length, data }));
}

/** @param {Part[]} parts */
function drawCells(parts) {
  const cells = element('picture-cells');
  cells.style.setProperty('--parts', `${parts.length}`);
  const drawn = new Map(parts.map((part) => [make('span', { class: `cell l${level(part)}` }), part]));
  cells.replaceChildren(...drawn.keys());
  write('picture-detail', `${touch ? 'Tap' : 'Point at'} a part to see what it holds.`);
  cells.onpointerover = (event) => {
    const part = drawn.get(/** @type {HTMLElement} */ (event.target));
    if (part) write('picture-detail', `${range(part, 4)}: ${contents(part)}`);
  };
}

/** However little a part holds, it shows. @param {Part} part */
function level({ from, to, data }) {
  return Math.min(4, Math.ceil((data / (to - from)) * 4));
}

/** @param {Part} part @param {number} [digits] */
function range({ from, to }, digits) {
  return `${size(from, digits)} to ${size(to, digits)}`;
}

/** @param {Part} part */
function contents({ from, to, data }) {
  return data ? `${size(data)} of data (${percent(data, to - from)})` : 'only zeros';
}

/** @param {Part[]} parts */
function table(parts) {
  const rows = parts.map((part) => make('tr', {}, make('th', { scope: 'row' }, range(part)), make('td', {}, contents(part))));
  return make('table', {},
    make('caption', {}, parts.length > 1 ? `The disk in ${parts.length} equal parts` : 'The disk'),
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'From, to'), make('th', { scope: 'col' }, 'Holds'))),
    make('tbody', {}, ...rows));
}
