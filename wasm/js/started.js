// A worker, wherever its script is.

import { notStarted } from './errors.js';

/** Where this script is, as bundlers do not see it: they would take what is beside it for files of theirs. */
const here = import.meta.url;

/** Whether the page's policy asks for trusted URLs. */
let isTrustAsked = false;

/**
 * A worker with the module.
 *
 * @param {WebAssembly.Module} module
 * @param {string | URL | undefined} url of its script, if it is not beside this one
 */
export function start(module, url) {
  let worker;
  try {
    worker = url === undefined ? beside() : new Worker(trusted(url), { type: 'module' });
    worker.postMessage({ module });
    return worker;
  } catch (cause) {
    worker?.terminate();
    throw notStarted('a worker', cause, 'workerURL');
  }
}

function beside() {
  if (!isTrustAsked) {
    try {
      // Written out in one piece, so that bundlers see it.
      return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    } catch (error) {
      if (!(error instanceof TypeError) || !globalThis.trustedTypes) {
        throw error;
      }
      isTrustAsked = true;
    }
  }
  return new Worker(trusted(new URL('./worker.js', here)), { type: 'module' });
}

/** Makes URLs of workers trusted ones. @type {{ createScriptURL(url: string): any } | undefined} */
let policy;

/** @param {string | URL} url */
function trusted(url) {
  const { trustedTypes } = globalThis;
  // A caller's own trusted URL is passed on as it is.
  if (!trustedTypes || trustedTypes.isScriptURL(url)) {
    return url;
  }
  policy ??= trustedTypes.createPolicy('qcow2-stream', { createScriptURL: (text) => text });
  return policy.createScriptURL(String(url));
}
