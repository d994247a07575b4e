import { ended, notStarted, unreadable } from './errors.js';

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
   * @param {WebAssembly.Module} module
   * @param {number} count
   * @param {import('./source.js').Source} source
   * @param {number} clusterSize
   * @param {(bytes: number) => void} onRead told of each read, whichever part it is of; must not throw
   */
  constructor(module, count, source, clusterSize, onRead) {
    this.#source = source;
    this.#clusterSize = clusterSize;
    this.#onRead = onRead;
    this.#all = Array.from({ length: count }, () => start(module));
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
        reject(unreadable(offset, new DOMException(error.message, error.name)));
      } else {
        reject(ended(offset + at, this.#source.size));
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(notStarted('a worker', event.message ?? 'its script did not load'));
    };
    worker.postMessage({ part, clusterSize: this.#clusterSize });
  }
}

/** @param {WebAssembly.Module} module */
function start(module) {
  // Written out in one piece, so that bundlers see it.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  worker.postMessage({ module });
  return worker;
}
