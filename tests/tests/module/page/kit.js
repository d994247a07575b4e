// What the tests' scripts have at hand. They run in the page's own realm, where errors and promises are its own.
import { scan, Plan } from '../qcow2-stream/index.js';

const input = (selector) => document.querySelector(selector);
const kit = {
  scan,
  Plan,
  /** The file that was picked. */
  picked: () => input('#file').files[0],
  /** The files that were picked, by name. */
  pickedByName: () => Object.fromEntries([...input('#files').files].map((file) => [file.name, file])),
  /** The length of the bytes and their SHA-256. */
  digest: async (blob) => {
    const bytes = await blob.arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return { length: bytes.byteLength, sha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') };
  },
  /** A sink that keeps what it gets. */
  keeper: () => {
    const chunks = [];
    return { sink: new WritableStream({ write: (chunk) => { chunks.push(chunk); } }), blob: () => new Blob(chunks) };
  },
  /** What a promise, or a function that throws, comes to, as far as JSON has it. */
  fate: async (work) => {
    try {
      const value = await (typeof work === 'function' ? work() : work);
      return { value: value === undefined ? null : value };
    } catch (error) {
      const { name, code, remedy, message } = Object(error);
      return { name, code, remedy, message, text: String(error) };
    }
  },
  after: (milliseconds) => new Promise((next) => { setTimeout(next, milliseconds); }),
  /** Bytes of which no two neighbours are the same. */
  noise: (length) => Uint8Array.from({ length }, (_, at) => (at * 2_654_435_761) >>> 24),
};

const Body = (async () => {}).constructor;

globalThis.evaluate = async (script, args) => {
  const run = new Body(...Object.keys(kit), 'args', script);
  const value = await run(...Object.values(kit), JSON.parse(args));
  return JSON.stringify(value === undefined ? null : value);
};
