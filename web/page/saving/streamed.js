// Fragmented disks in Chromium: a download that the service worker answers with a stream. If the worker, the page or the
// source fails, Chromium calls the download failed. Firefox calls it finished, and Safari is not known.

import { notTaken } from './errors.js';

/** How long the browser may take to begin a download, in milliseconds. */
const PATIENCE = 20_000;

export function canStream() {
  const brands = navigator.userAgentData?.brands ?? [];
  return brands.some(({ brand }) => brand === 'Chromium') && 'serviceWorker' in navigator;
}

/** @type {(plan: import('./index.js').Plan, choices: import('./index.js').Choices) => Promise<import('./index.js').Saved>} */
export async function saveStreamed(plan, { name, signal, onPhase, onProgress }) {
  onPhase('writing');
  const { readable, writable } = new TransformStream();
  const begun = begin({ stream: readable, name, size: plan.outputSize });
  const frame = document.createElement('iframe');
  try {
    const written = plan.pipeTo(writable, { signal, onProgress });
    // Nobody reads before the download has begun; if it never does, that is the failure to tell.
    written.catch(() => {});
    const { url, started } = await Promise.race([begun, written.then(() => begun)]);
    frame.hidden = true;
    frame.src = url;
    document.body.append(frame);
    await Promise.race([started, written]);
    await written;
  } finally {
    writable.abort().catch(() => {});
    setTimeout(() => frame.remove(), PATIENCE);
  }
  return { outcome: 'handed-over', name, size: plan.outputSize };
}

/** Gives the stream to the service worker. */
async function begin(download) {
  const { active } = await orLate(navigator.serviceWorker.ready);
  const { port1, port2 } = new MessageChannel();
  active.postMessage(download, [download.stream, port2]);
  const { url } = await orLate(next(port1));
  return { url, started: orLate(next(port1)) };
}

/** @param {MessagePort} port */
function next(port) {
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
  });
}

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
function orLate(promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(notTaken()), PATIENCE);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
