import { possibilities } from '../saving/index.js';
import { element, hide, make } from './elements.js';
import { binary } from './format.js';
import { fileName, imageName, withGzip } from './names.js';

/**
 * How the image is laid out.
 * @typedef {{ clusterSize: number, refcountBits: number, dataFile?: { name: string, raw: boolean } }} ImageOptions
 * @typedef {{ disk: string, output: string, data: string }} Names those of the disk, the image, and the data file
 */

const CLUSTER_SIZES = Array.from({ length: 13 }, (_, power) => 512 << power);
const REFCOUNT_BITS = [1, 2, 4, 8, 16, 32, 64];

const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));
const number = (/** @type {string} */ id) => Number(/** @type {HTMLSelectElement} */ (element(id)).value);

let disk = '';

/** Fills the lists, and shows what this browser can do. */
export function prepareOptions() {
  fill('cluster-size', CLUSTER_SIZES, 65536, binary);
  fill('refcount-bits', REFCOUNT_BITS, 16, (bits) => (bits === 1 ? '1 bit' : `${bits} bits`));
  const { choosePlace, gzip } = possibilities();
  hide('choose-place-row', !choosePlace);
  hide('gzip-row', !gzip);
  input('data-file').addEventListener('change', showDataFile);
  input('gzip').addEventListener('change', () => {
    input('output-name').value = withGzip(input('output-name').value, input('gzip').checked);
    hide('gzip-note', !input('gzip').checked);
  });
}

function showDataFile() {
  hide('data-file-more', !input('data-file').checked);
}

/** @param {string} id @param {number[]} values @param {number} usual @param {(value: number) => string} words */
function fill(id, values, usual, words) {
  element(id).append(...values.map((value) => {
    const text = words(value) + (value === usual ? ' (usual)' : '');
    return make('option', value === usual ? { value: `${value}`, selected: '' } : { value: `${value}` }, text);
  }));
}

/** Calls back when an option changes that changes the image. @param {() => void} changed */
export function onOptionChange(changed) {
  for (const id of ['cluster-size', 'refcount-bits', 'data-file', 'data-file-name', 'data-file-raw']) {
    element(id).addEventListener('change', changed);
  }
}

/** Proposes names that go with a disk. @param {string} name */
export function proposeNames(name) {
  disk = name;
  input('output-name').value = withGzip(imageName(name), input('gzip').checked);
  input('data-file-name').value = name;
  hide('gzip-note', !input('gzip').checked);
}

/** The names as they are. @returns {Names} */
export function names() {
  return { disk, output: input('output-name').value, data: input('data-file-name').value };
}

/** Sets the controls back to names or options of before. @param {Names | ImageOptions} before */
export function restore(before) {
  if ('disk' in before) {
    disk = before.disk;
    input('output-name').value = before.output;
    input('data-file-name').value = before.data;
    return;
  }
  input('cluster-size').value = `${before.clusterSize}`;
  input('refcount-bits').value = `${before.refcountBits}`;
  input('data-file').checked = !!before.dataFile;
  if (before.dataFile) {
    input('data-file-name').value = before.dataFile.name;
    input('data-file-raw').checked = before.dataFile.raw;
  }
  showDataFile();
}

/** How the image is to be laid out. @returns {ImageOptions} */
export function imageOptions() {
  return {
    clusterSize: number('cluster-size'),
    refcountBits: number('refcount-bits'),
    ...(input('data-file').checked && {
      dataFile: { name: input('data-file-name').value || disk, raw: input('data-file-raw').checked },
    }),
  };
}

/** How to save. */
export function savingOptions() {
  const gzip = input('gzip').checked;
  const typed = fileName(input('output-name').value.trim() || imageName(disk));
  // Without the extension nobody, and no unpacker, knows what it is.
  const name = gzip ? withGzip(typed, true) : typed;
  return { name, gzip, choosePlace: input('choose-place').checked };
}
