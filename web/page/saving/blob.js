// The default: a `Blob` of metadata and slices of the disk, which the browser itself copies from disk to disk.

import { download } from './download.js';

/** @type {(plan: import('./index.js').Plan, choices: import('./index.js').Choices) => Promise<import('./index.js').Saved>} */
export async function saveBlob(plan, { name, signal, onPhase }) {
  onPhase('handing-over');
  const blob = await plan.toBlob({ signal });
  download(blob, name);
  return { outcome: 'handed-over', name, size: blob.size };
}
