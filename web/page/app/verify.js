import { copyable } from './copy.js';
import { element, hide, make, write } from './elements.js';
import { exact } from './format.js';
import { quoted, visible } from './names.js';

export const windows = navigator.userAgent.includes('Windows');

/**
 * A command line that can be copied and shows what it does.
 * @param {string} start
 * @param {...string} names
 */
export function command(start, ...names) {
  return [start, ...names.map(word)].join(' ');
}

/** @param {string} name */
function word(name) {
  return quoted(name, windows);
}

/**
 * Shows how to verify a saved image.
 * @param {object} saved
 * @param {string} saved.name
 * @param {boolean} saved.gzip
 * @param {number} saved.size that of the image, unpacked
 * @param {string} saved.disk the name of the raw disk
 * @param {boolean} saved.refers whether the image only refers to the raw disk
 * @param {boolean} saved.sure whether the file has that name
 */
export function showVerification({ name, gzip, size, disk, refers, sure }) {
  hide('verify-name', sure);
  const image = gzip ? unpackedName(name) : name;
  write('verify-folder', refers ? ', with the raw disk where the image looks for it' : '');
  element('verify-steps').replaceChildren(
    ...(gzip ? [unpacking(name, image)] : []),
    step(`The size must be exactly ${exact(size)}:`, command(windows ? 'dir' : 'ls -l', image)),
    step('QEMU must find no errors:', command('qemu-img check', image), 'verify'),
    ...(refers ? [] : [step('The image must hold the same disk as the raw file (give its path):',
      command('qemu-img compare -f raw -F qcow2', disk, image))]),
  );
}

/** The name may have been changed in the dialogue for saving. @param {string} name */
function unpackedName(name) {
  return /\.gz$/i.test(name) ? name.slice(0, -3) : `${name}.unpacked`;
}

/** Windows comes without a tool for it. @param {string} name @param {string} image */
function unpacking(name, image) {
  if (windows) return step(`Unpack it, with 7-Zip for one, as ${visible(image)}.`);
  return step('Unpack it:', `${command('gunzip -c', name)} > ${word(image)}`);
}

/** @param {string} words @param {string} [line] @param {string} [id] */
function step(words, line, id) {
  if (!line) return make('li', {}, words);
  return make('li', {}, words, copyable(line, id ? { id } : {}));
}
