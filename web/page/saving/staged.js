// Firefox: the image goes into a temporary file of the browser first, and its download comes from there. Firefox keeps all of a `Blob` of
// many parts in memory while it saves it, and cuts downloads from a service worker, which it then calls finished.

import { download } from './download.js';
import { notKept, wrongSize } from './errors.js';
import { piped } from './piped.js';

/** Whether this browser is Firefox. Others say that they are like Gecko, but not which. */
export function stages() {
  return /\bGecko\/\d/.test(navigator.userAgent);
}

/** @type {(plan: import('./index.js').Plan, choices: import('./index.js').Choices) => Promise<import('./index.js').Saved>} */
export async function saveStaged(plan, choices) {
  const { name, gzip, signal, onPhase } = choices;
  onPhase('writing');
  const blob = await stage(plan, choices);
  signal.throwIfAborted();
  if (!gzip && blob.size !== plan.outputSize) {
    throw wrongSize(blob.size, plan.outputSize);
  }
  onPhase('handing-over');
  download(blob, name);
  return { outcome: 'handed-over', name, size: gzip ? null : blob.size };
}

/** Firefox writes what a response brings to a file as soon as it is more than a mebibyte. */
async function stage(plan, choices) {
  const { readable, written, fail } = piped(plan, choices);
  const stream = choices.gzip ? readable.pipeThrough(new CompressionStream('gzip')) : readable;
  const headers = { 'Content-Type': 'application/octet-stream' };
  const staging = new Response(stream, { headers }).blob();
  staging.catch((cause) => fail(notKept(cause)));
  await written;
  return staging;
}
