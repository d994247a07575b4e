// What room saving takes besides that of the image, in browsers that keep it first.

import { stages } from './staged.js';

/**
 * Where the browser keeps the image until it is saved, and how much that takes. Nothing, in browsers that keep none.
 *
 * @param {number} size of the image
 * @returns {Promise<{ where: 'memory' | 'disk', bytes: number } | null>}
 */
export async function roomFor(size) {
  if (!stages()) {
    return null;
  }
  // In a private window Firefox writes nothing to disk: it has the image once in the page and once in the browser (measured).
  return await isPrivate() ? { where: 'memory', bytes: 2 * size } : { where: 'disk', bytes: size };
}

/** Firefox has no file system for pages in its private windows, and says so. */
async function isPrivate() {
  try {
    await navigator.storage?.getDirectory?.();
    return false;
  } catch ({ name }) {
    return name === 'SecurityError';
  }
}
