import { ended, noMemory, notStarted, stopped, unreadable } from './errors.js';
import { start } from './started.js';

/** Workers that scan parts of a source, each one part at a time. */
export class Scanners {
  /** @type {{ offset: number, part: Blob, resolve: Function, reject: Function }[]} */
  #waiting = [];
  /** @type {Worker[]} */
  #idle;
  /** @type {Worker[]} */
  #all;
  #source;
  #clusterSize;
  #onRead;

  /**
   * @param {{ module: WebAssembly.Module, workers: number, workerURL?: string | URL }} means
   * @param {import('./source.js').Source} source
   * @param {number} clusterSize
   * @param {(bytes: number) => void} onRead told of each read, whichever part it is of; must not throw
   */
  constructor({ module, workers, workerURL }, source, clusterSize, onRead) {
    this.#source = source;
    this.#clusterSize = clusterSize;
    this.#onRead = onRead;
    this.#all = [];
    try {
      while (this.#all.length < workers) {
        this.#all.push(start(module, workerURL));
      }
    } catch (error) {
      this.end();
      throw error;
    }
    this.#idle = [...this.#all];
  }

  /**
   * The runs of clusters that hold data, and the checksum of that, as `PartScanner` tells them.
   *
   * @param {number} offset
   * @param {number} length
   * @returns {Promise<{ runs: Uint32Array, checksum: bigint }>}
   */
  scan(offset, length) {
    const promise = new Promise((resolve, reject) => {
      this.#waiting.push({ offset, part: this.#source.slice(offset, length), resolve, reject });
      this.#next();
    });
    // Whoever waits in order hears of the first failure, and of no other.
    promise.catch(() => {});
    return promise;
  }

  /** Ends the workers, at once. What they were doing is never answered. */
  end() {
    this.#waiting = [];
    this.#all.forEach((worker) => worker.terminate());
  }

  #next() {
    if (this.#idle.length === 0 || this.#waiting.length === 0) {
      return;
    }
    const worker = this.#idle.pop();
    const { offset, part, resolve, reject } = this.#waiting.shift();
    worker.onmessage = ({ data: { read, runs, checksum, ended: at, error } }) => {
      if (read) {
        this.#onRead(read);
        return;
      }
      this.#idle.push(worker);
      this.#next();
      if (runs) {
        resolve({ runs, checksum });
      } else if (error) {
        reject(blamed(error, offset));
      } else {
        reject(ended(offset + at, this.#source.size));
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const { message = 'its script did not load' } = event;
      reject(/memory|allocation/i.test(message) ? noMemory(message) : notStarted('a worker', message, 'workerURL'));
    };
    worker.postMessage({ part, clusterSize: this.#clusterSize });
  }
}

/**
 * What a worker told of an error. Only a read that failed is the source's fault.
 *
 * @param {{ during: 'start' | 'read' | 'scan', name: string, message: string, code?: string, remedy?: string }} error
 * @param {number} offset
 */
function blamed({ during, name, message, code, remedy }, offset) {
  if (name === 'RangeError' || name === 'RuntimeError') {
    return noMemory(`${name}: ${message}`);
  }
  const cause = new DOMException(message, name);
  switch (during) {
    case 'start': return notStarted('a worker', cause, 'wasmURL');
    case 'read': return unreadable(offset, cause);
    default: return stopped(code ? Object.assign(new Error(message), { name, code, remedy }) : cause);
  }
}
