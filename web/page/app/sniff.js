import { ARCHIVES, IMAGES, OTHERS, TEXTS } from './formats.js';

/**
 * What a file is that is not a raw disk.
 * @typedef {object} Known
 * @property {string} what with its article
 * @property {string} [format] by which the command-line tool converts it
 * @property {string} [unpack] the command that unpacks it
 * @property {string} [remedy] what else to do
 */

/** How much of the front is looked at, and of the end. */
const HEAD = 4096;
const TAIL = 512;

/**
 * Looks at the front and the end.
 * @param {Blob} file
 * @returns {Promise<Known | null>}
 */
export async function recognise(file) {
  const [head, tail] = await Promise.all([text(file.slice(0, HEAD)), text(file.slice(Math.max(0, file.size - TAIL)))]);
  return probe(head, tail, file.size);
}

/**
 * @param {string} head its first bytes, as characters of the same number
 * @param {string} tail its last ones
 * @param {number} size
 * @returns {Known | null}
 */
export function probe(head, tail, size) {
  const table = [...IMAGES, ...ARCHIVES, ...OTHERS];
  return table.find(({ at = [] }) => at.length && has(head, at))
    ?? textOf(head, size)
    ?? table.find(({ end = [] }) => end.length && has(tail, end))
    ?? null;
}

/** @param {string} bytes @param {import('./formats.js').Magic} magic */
function has(bytes, magic) {
  return magic.every(([offset, part]) => bytes.startsWith(part, offset));
}

/** @param {string} head @param {number} size */
function textOf(head, size) {
  const begin = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  const small = size <= HEAD && /^[\t\n\f\r\x1b-\x7e\x80-\xff]+$/.test(head);
  return TEXTS.find((text) => text.begins.test(begin) && (small || !text.small));
}

/** Bytes as characters of the same number. @param {Blob} blob */
async function text(blob) {
  return String.fromCharCode(...new Uint8Array(await blob.arrayBuffer()));
}
