// Saving: the best route that the browser has, behind one function.

import { saveBlob } from './blob.js';
import { canPick, savePicked } from './picker.js';
import { saveStaged, stages } from './staged.js';
import { canStream, saveStreamed } from './streamed.js';

/** Up to so many parts a browser saves a `Blob` quickly and in little memory. */
const BLOB_PARTS = 3000;

/**
 * @typedef {object} Choices
 * @property {string} name of the file
 * @property {boolean} gzip
 * @property {boolean} choosePlace
 * @property {AbortSignal} signal
 * @property {(phase: 'asking' | 'writing' | 'checking' | 'handing-over') => void} onPhase
 * @property {(progress: { bytes: number, total: number }) => void} onProgress
 *
 * @typedef {object} Saved
 * @property {'saved' | 'handed-over'} outcome `saved`: the page has seen the whole file; `handed-over`: the browser goes on alone
 * @property {string} name
 * @property {number | null} size exact, of the file; null if it is compressed
 *
 * @typedef {import('../qcow2-stream/index.js').Plan} Plan
 */

/** What this browser can do besides a plain download, and whether it notices that something writes to the disk meanwhile. */
export function possibilities() {
  // Firefox looks at the length of a file only, not at its times.
  return { choosePlace: canPick(), gzip: canPick() || stages(), noticesWrites: !stages() };
}

/**
 * Saves the image. Call it straight from the click, or the browser will not open its dialogue.
 *
 * @param {Plan} plan
 * @param {Choices} choices
 * @returns {Promise<Saved>}
 */
export function save(plan, choices) {
  return route(plan, choices)(plan, choices);
}

/** @param {Plan} plan @param {Choices} choices */
function route(plan, { gzip, choosePlace }) {
  if (choosePlace || (gzip && canPick())) {
    return savePicked;
  }
  if (stages()) {
    return saveStaged;
  }
  if (plan.blobParts > BLOB_PARTS && canStream()) {
    return saveStreamed;
  }
  return saveBlob;
}
