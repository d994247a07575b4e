// Converts a raw disk with the core module, by Node's own WebAssembly:
// node module.mjs PLUGIN.wasm DISK [CLUSTER_SIZE REFCOUNT_BITS [DATA_FILE NAME]] > IMAGE
import { fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

const [plugin, path, clusterSize = 0, refcountBits = 0, dataFile = 0, name = ''] = process.argv.slice(2);
const disk = openSync(path);

/** Bytes of the plugin's memory, in place. Its numbers without a sign come as if they had one. */
const part = (at, length) => new Uint8Array(exports.memory.buffer, at >>> 0, length >>> 0);

/** A failure is negative; an exception would stop the plugin where it is. */
const guarded = (action) => (...args) => {
  try {
    return action(...args);
  } catch (error) {
    console.error(`error: ${error.message}`);
    return -1;
  }
};

const imports = {
  size: (source) => {
    try {
      return fstatSync(disk, { bigint: true }).size;
    } catch {
      return -1n;
    }
  },
  read_at: guarded((source, offset, at, length) => readSync(disk, part(at, length), { position: offset })),
  next_data: () => 0, // Node has no way to ask for holes
  write: guarded((sink, at, length) => writeSync(1, part(at, length))),
  progress: () => 0, // go on
};

const { instance } = await WebAssembly.instantiate(readFileSync(plugin), { qcow2_stream: imports });
const { exports } = instance;

function call(name, ...args) {
  const result = exports[name](...args);
  if (result < 0) {
    const text = new TextDecoder().decode(part(exports.error_message(), exports.error_length()));
    console.error(`error: ${text} (code ${-Number(result)})`);
    process.exit(1);
  }
  return result;
}

// An argument that is no number goes through a block of the plugin's memory.
const bytes = new TextEncoder().encode(name);
const block = exports.alloc(bytes.length);
part(block, bytes.length).set(bytes);
const plan = call('plan', 0, Number(clusterSize), Number(refcountBits), Number(dataFile), block, bytes.length);
console.error(`${call('length', plan)} bytes`);
call('run', plan, 0, 0n, -1n); // to the end: -1 is the largest number
