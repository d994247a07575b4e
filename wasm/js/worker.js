// A worker that scans parts of a source. The first message brings the module, each further one a part.

import init, { PartScanner } from './qcow2_stream_wasm.js';
import { CHUNK, chunks } from './reader.js';

let ready;

/** Read into again and again: what is thrown away, browsers take their time to collect. */
let buffer = new ArrayBuffer(CHUNK);

onmessage = async ({ data: { module, part, clusterSize } }) => {
  if (module) {
    ready = init({ module_or_path: module });
    return;
  }
  try {
    await ready;
    postMessage(await scan(part, clusterSize));
  } catch (error) {
    // Errors do not keep all they say on their way to another thread.
    postMessage({ error: { name: error.name, message: error.message } });
  }
};

/** The runs of clusters that hold data, and the checksum of that, or where the part ended. */
async function scan(part, clusterSize) {
  const scanner = new PartScanner(part.size, clusterSize);
  try {
    let read = 0;
    for await (const bytes of chunks(part, buffer)) {
      scanner.data(bytes);
      read += bytes.length;
      buffer = bytes.buffer;
      // A part takes half a minute on a slow disk.
      postMessage({ read: bytes.length });
    }
    const { checksum } = scanner;
    return read === part.size ? { runs: scanner.finish(), checksum } : { ended: read };
  } catch (error) {
    scanner.free();
    throw error;
  }
}
