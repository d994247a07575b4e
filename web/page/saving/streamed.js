// Fragmented disks in Chromium: a download that the service worker answers with a stream. If the worker, the page or the
// source fails, Chromium calls the download failed. Firefox calls it finished, and Safari is not known.

import { saveBlob } from './blob.js';
import { brokenOff, notTaken } from './errors.js';
import { piped } from './piped.js';

/** How long the browser may take to begin a download, in milliseconds. */
const PATIENCE = 20_000;

export function canStream() {
  const brands = navigator.userAgentData?.brands ?? [];
  return brands.some(({ brand }) => brand === 'Chromium') && 'serviceWorker' in navigator;
}

/** @type {(plan: import('./index.js').Plan, choices: import('./index.js').Choices) => Promise<import('./index.js').Saved>} */
export async function saveStreamed(plan, choices) {
  if (!await navigator.serviceWorker.getRegistration()) {
    // Private windows may have none. A blob of many parts is slow, but right.
    return saveBlob(plan, choices);
  }
  const { name, onPhase } = choices;
  onPhase('writing');
  const { readable, written, fail } = piped(plan, choices);
  const frame = document.createElement('iframe');
  frame.hidden = true;
  let rest = () => {};
  try {
    const download = begin({ stream: readable, name, size: plan.outputSize });
    const { url, port } = await Promise.race([download, written]);
    frame.src = url;
    document.body.append(frame);
    await Promise.race([orLate(next(port)), written]);
    rest = watchOver(port, () => fail(brokenOff()));
  } catch (cause) {
    fail(cause);
  }
  try {
    await written;
  } finally {
    rest();
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
  return { url, port: port1 };
}

/** @param {MessagePort} port */
function next(port) {
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
  });
}

/**
 * Asks the service worker again and again whether it is still there: nothing else tells when the browser has stopped it.
 *
 * @param {MessagePort} port
 * @param {() => void} lost
 * @returns {() => void} ends that
 */
function watchOver(port, lost) {
  let unanswered = 0;
  port.onmessage = () => { unanswered = 0; };
  const timer = setInterval(() => {
    if (unanswered === 3) {
      lost();
    }
    unanswered += 1;
    port.postMessage(null);
  }, PATIENCE / 4);
  return () => clearInterval(timer);
}

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
function orLate(promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(notTaken()), PATIENCE);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
