// The image as a `Blob`: metadata, and slices of the source that the browser reads when it saves.

import { allocated, incomplete, noRoom } from './errors.js';
import { segments } from './segments.js';

/** The most metadata or zeros that become one part, in bytes: as in `src/slices.rs`. */
const MADE = 16 << 20;

const TYPE = { type: 'application/octet-stream' };

/**
 * @param {import('./source.js').Source} source
 * @param {import('./layout.js').Layout} plan
 * @param {import('./watch.js').Watch} watch
 * @returns {Promise<Blob>}
 */
export async function compose(source, plan, watch) {
  const { outputSize, sliceLimit } = plan;
  const parts = [];
  for (const { kind, offset, length } of segments(plan)) {
    const limit = kind === 'guest' ? sliceLimit : MADE;
    for (let at = 0; at < length; at += limit) {
      const size = Math.min(limit, length - at);
      if (kind === 'guest') {
        parts.push(source.slice(offset + at, size));
      } else if (kind === 'zeros') {
        parts.push(allocated(() => new Uint8Array(size)));
      } else {
        parts.push(await metadata(plan, offset + at, size));
        watch.report('emit', offset + at + size, outputSize);
      }
    }
  }
  await source.check();
  const blob = allocated(() => new Blob(parts, TYPE));
  if (blob.size !== outputSize) {
    throw incomplete(blob.size, outputSize);
  }
  watch.report('emit', outputSize, outputSize);
  return blob;
}

/** A stretch of metadata, handed over to the browser, which may keep it on disk. */
async function metadata(plan, offset, length) {
  const bytes = plan.metadata(offset, length);
  try {
    const blob = new Blob([bytes], TYPE);
    // Reading a byte back waits until the browser has taken the bytes, and tells if it could not.
    await blob.slice(length - 1).arrayBuffer();
    return blob;
  } catch (cause) {
    throw noRoom(cause);
  }
}
