import { ended, noMemory, notOurs, notStarted, stopped, unreadable } from './errors.js';
import { HELLO, within } from './hello.js';
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
  /** Those whose script has said that it is ours. @type {WeakSet<Worker>} */
  #known = new WeakSet();
  /** Stop waiting for it. @type {Set<() => void>} */
  #timers = new Set();

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
    this.#timers.forEach((stop) => stop());
    this.#all.forEach((worker) => worker.terminate());
  }

  /** Waits for the first word of a worker, and no longer than `within` says. @param {(reason: Error) => void} reject */
  #greeted(reject) {
    const stop = within(() => reject(notOurs('its script says nothing')));
    this.#timers.add(stop);
    return () => {
      stop();
      this.#timers.delete(stop);
    };
  }

  #next() {
    if (this.#idle.length === 0 || this.#waiting.length === 0) {
      return;
    }
    const worker = this.#idle.pop();
    const { offset, part, resolve, reject } = this.#waiting.shift();
    const known = this.#known.has(worker) ? () => {} : this.#greeted(reject);
    worker.onmessage = ({ data }) => {
      // The prototype's properties are the page's.
      const { kind, read, runs, checksum, ended: at, error } = { __proto__: null, ...data };
      if (!this.#known.has(worker) && kind !== HELLO) {
        reject(notOurs('its script is another one, or of another version'));
        return;
      }
      switch (kind) {
        case HELLO:
          this.#known.add(worker);
          known();
          return;
        case 'read':
          this.#onRead(read);
          return;
        case 'runs': resolve({ runs, checksum }); break;
        case 'error': reject(blamed(error, offset)); break;
        default: reject(ended(offset + at, this.#source.size));
      }
      this.#idle.push(worker);
      this.#next();
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
    default: return stopped(code ? { code, message, remedy } : cause);
  }
}
