// Fragmented disks in Chromium: a download that the service worker answers with a stream. If the worker, the page or the
// source fails, Chromium calls the download failed. Firefox calls it finished, and Safari is not known.

import { saveBlob } from './blob.js';
import { notTaken } from './errors.js';
import { Feed } from './feed.js';

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
  const { name, signal, onPhase, onProgress } = choices;
  onPhase('writing');
  const { active } = await begun(navigator.serviceWorker.ready, signal);
  const feed = new Feed(active, { name, size: plan.outputSize });
  const frame = document.createElement('iframe');
  frame.hidden = true;
  try {
    frame.src = await begun(feed.url, signal);
    document.body.append(frame);
    await begun(feed.wanted(), signal);
    await plan.pipeTo(feed.sink, { signal, onProgress }).catch((error) => {
      // What the feed itself says of a failure says more.
      throw error.cause?.remedy ? error.cause : error;
    });
  } catch (error) {
    feed.giveUp();
    throw error;
  } finally {
    feed.end();
    setTimeout(() => frame.remove(), PATIENCE);
  }
  return { outcome: 'handed-over', name, size: plan.outputSize };
}

/**
 * What the browser does to begin, unless it takes too long or the person has changed their mind.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
function begun(promise, signal) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(notTaken()), PATIENCE);
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(late);
      signal.removeEventListener('abort', abort);
    });
    signal.throwIfAborted();
  });
}
