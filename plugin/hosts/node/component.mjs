// Converts a raw disk with the component, which transpile.mjs has made JavaScript of:
// node component.mjs FOLDER DISK [CLUSTER_SIZE REFCOUNT_BITS [DATA_FILE NAME]] > IMAGE
import { fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, path, clusterSize, refcountBits, dataFile = '0', name] = process.argv.slice(2);

/** What fails here is thrown as a string: the type of the interface's errors. */
const told = (action) => {
  try {
    return action();
  } catch (error) {
    throw error.message;
  }
};

class Source {
  #disk = openSync(path);

  size() {
    return told(() => fstatSync(this.#disk, { bigint: true }).size);
  }

  readAt(offset, length) {
    const bytes = new Uint8Array(length);
    return told(() => bytes.subarray(0, readSync(this.#disk, bytes, { position: offset })));
  }

  nextData() {
    return { tag: 'unknown' }; // Node has no way to ask for holes
  }
}

class Sink {
  write(bytes) {
    return told(() => writeSync(1, bytes));
  }
}

class Watch {
  progress({ phase, done, total }) {
    return 'go-on';
  }
}

const { instantiate } = await import(pathToFileURL(join(resolve(folder), 'plugin.js')));
const compile = (file) => WebAssembly.compile(readFileSync(join(folder, file)));
const { convert } = await instantiate(compile, { 'qcow2-stream:plugin/host': { Source, Sink, Watch } });

/** An option that is given, and not 0. */
const number = (text) => Number(text) || undefined;
const options = {
  clusterSize: number(clusterSize),
  refcountBits: number(refcountBits),
  dataFile: dataFile === '0' ? undefined : { name, raw: dataFile === '2' },
};

try {
  const watch = new Watch();
  const plan = convert.Plan.make(new Source(), options, watch);
  console.error(`${plan.length()} bytes`);
  plan.run(new Sink(), undefined, watch);
} catch (error) {
  const { code, message } = error.payload ?? error;
  console.error(`error: ${message} (${code})`);
  process.exitCode = 1;
}
