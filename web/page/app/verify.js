import { element, make, write } from './elements.js';
import { exact } from './format.js';
import { isPlain, quoted } from './names.js';

const windows = navigator.userAgent.includes('Windows');

/**
 * A command line that can be copied and shows what it does.
 * @param {string} start
 * @param {...string} names
 */
export function command(start, ...names) {
  return [start, ...names.map((name) => (isPlain(name) ? quoted(name, windows) : 'FILE'))].join(' ');
}

/**
 * Shows how to verify a saved image.
 * @param {object} saved
 * @param {string} saved.name
 * @param {boolean} saved.gzip
 * @param {number} saved.size that of the image, unpacked
 * @param {string} saved.disk the name of the raw disk
 * @param {boolean} saved.refers whether the image only refers to the raw disk
 */
export function showVerification({ name, gzip, size, disk, refers }) {
  const image = gzip ? name.replace(/\.gz$/i, '') : name;
  write('verify-folder', refers ? ', with the raw disk where the image looks for it' : '');
  element('verify-steps').replaceChildren(
    ...(gzip ? [unpacking(name)] : []),
    step(`The size must be exactly ${exact(size)}:`, command(windows ? 'dir' : 'ls -l', image)),
    step('QEMU must find no errors:', command('qemu-img check', image), 'verify'),
    ...(refers ? [] : [step('The disk in the image must be that of the raw file (give its path):',
      command('qemu-img compare -f raw -F qcow2', disk, image))]),
  );
}

/** Windows comes without a tool for it. @param {string} name */
function unpacking(name) {
  return windows ? step('Unpack it, with 7-Zip for one.') : step('Unpack it:', command('gunzip --keep', name));
}

/** @param {string} words @param {string} [line] @param {string} [id] */
function step(words, line, id) {
  if (!line) return make('li', {}, words);
  return make('li', {}, words, make('pre', id ? { id } : {}, line));
}
