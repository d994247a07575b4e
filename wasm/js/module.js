import init from './qcow2_stream_wasm.js';
import { notLoaded, notStarted } from './errors.js';

/** The module that this thread has started. @type {WebAssembly.Module | undefined} */
let running;

/** The last start. One at a time: what starts takes the place of what has started, and of its plans. @type {Promise<unknown>} */
let starting = Promise.resolve();

/** What is being loaded, by where it is: nobody waits for another one's wrong URL. @type {Map<string, Promise<WebAssembly.Module>>} */
const loading = new Map();

/** The functions by which a module is known for this package's. */
const OURS = ['planner_new', 'planner_plan', 'plan_pieceAt', 'partscanner_new'];

/**
 * The compiled module, started in this thread; compiled once for all workers, too. Whichever came first is kept.
 *
 * @param {string | URL | undefined} url where it is, if it is not beside this script
 * @param {WebAssembly.Module | undefined} module what the caller has compiled
 */
export async function load(url, module) {
  if (running) {
    return running;
  }
  if (module) {
    return started(module);
  }
  const key = String(url ?? '');
  const under = loading.get(key);
  if (under) {
    return under;
  }
  // What failed may go well the next time, when the network is back.
  const begun = compile(url).finally(() => loading.delete(key));
  loading.set(key, begun);
  return begun;
}

/** @param {string | URL | undefined} url */
async function compile(url) {
  const bytes = await fetched(url);
  let module;
  try {
    module = await WebAssembly.compile(bytes);
  } catch (cause) {
    throw notStarted('the WebAssembly module', cause, 'wasmURL');
  }
  return started(module);
}

/** @param {string | URL | undefined} url @returns {Promise<ArrayBuffer>} */
async function fetched(url) {
  let response;
  let bytes;
  try {
    // Written out in one piece, so that bundlers see it.
    response = await fetch(url ?? new URL('./qcow2_stream_wasm_bg.wasm', import.meta.url));
    // Not compiled while it comes in, which would insist on a content type that some servers get wrong.
    bytes = await response.arrayBuffer();
  } catch (cause) {
    throw notStarted('the WebAssembly module', cause, 'wasmURL');
  }
  if (!response.ok) {
    throw notLoaded(response.url, `${response.status} ${response.statusText}`.trim());
  }
  const text = new TextDecoder().decode(bytes.slice(0, 40));
  if (!text.startsWith('\0asm')) {
    throw notLoaded(response.url, `it begins with ${JSON.stringify(text)}`);
  }
  return bytes;
}

/** @param {WebAssembly.Module} module */
function started(module) {
  const next = starting.then(() => running ?? startedAlone(module));
  starting = next.catch(() => {});
  return next;
}

/** @param {WebAssembly.Module} module */
async function startedAlone(module) {
  try {
    const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
    if (OURS.some((name) => !names.has(name))) {
      throw new TypeError('it is not that of this version of qcow2-stream');
    }
    await init({ module_or_path: module });
  } catch (cause) {
    throw notStarted('the WebAssembly module', cause, 'wasmURL');
  }
  running = module;
  return module;
}
