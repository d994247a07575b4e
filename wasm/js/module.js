import init from './qcow2_stream_wasm.js';
import { notStarted } from './errors.js';

/** @type {Promise<WebAssembly.Module> | undefined} */
let loading;

/** The compiled module, started in this thread; compiled once for all workers, too. */
export function load() {
  loading ??= compile().catch((cause) => {
    // What failed may go well the next time, when the network is back.
    loading = undefined;
    throw notStarted('the WebAssembly module', cause);
  });
  return loading;
}

async function compile() {
  const response = await fetch(new URL('./qcow2_stream_wasm_bg.wasm', import.meta.url));
  if (!response.ok) {
    throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  }
  // Not streaming, which would insist on a content type that some servers get wrong.
  const module = await WebAssembly.compile(await response.arrayBuffer());
  await init({ module_or_path: module });
  return module;
}
