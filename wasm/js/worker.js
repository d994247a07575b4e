// A worker that scans parts of a source. The first message brings the module, each further one a part.

import init, { PartScanner } from './qcow2_stream_wasm.js';
import { CHUNK, chunks } from './reader.js';
import { HELLO } from './hello.js';

let ready;

/** What is under way, which an error is told with: whose fault it is depends on that. */
let during = 'start';

/** Read into again and again: what is thrown away, browsers take their time to collect. @type {ArrayBuffer | undefined} */
let buffer;

onmessage = async ({ data: { module, part, clusterSize } }) => {
  if (module) {
    // That this is the script of this package, and of this version.
    postMessage({ kind: HELLO });
    ready = init({ module_or_path: module });
    // Whoever asks for a part hears of it.
    ready.catch(() => {});
    return;
  }
  try {
    during = 'start';
    await ready;
    buffer ??= new ArrayBuffer(CHUNK);
    postMessage(await scan(part, clusterSize));
  } catch (error) {
    // Errors do not keep all they say on their way to another thread.
    const { name, message, code, remedy } = Object(error);
    const known = typeof code === 'string' ? { code, remedy } : {};
    postMessage({ kind: 'error', error: { during, name: String(name), message: String(message), ...known } });
  }
};

/** The runs of clusters that hold data, and the checksum of that, or where the part ended. */
async function scan(part, clusterSize) {
  during = 'scan';
  const scanner = new PartScanner(part.size, clusterSize);
  let read = 0;
  during = 'read';
  for await (const bytes of chunks(part, buffer)) {
    during = 'scan';
    scanner.data(bytes);
    read += bytes.length;
    buffer = bytes.buffer;
    // A part takes half a minute on a slow disk.
    postMessage({ kind: 'read', read: bytes.length });
    during = 'read';
  }
  during = 'scan';
  const { checksum } = scanner;
  if (read === part.size) {
    return { kind: 'runs', runs: scanner.finish(), checksum };
  }
  scanner.free();
  return { kind: 'ended', ended: read };
}
