// The first pass: the source cut into parts, which workers scan while their answers are put together in order.

import { Planner } from './qcow2_stream_wasm.js';
import { badOption } from './errors.js';
import { asked } from './layout.js';
import { Scanners } from './scanners.js';

/**
 * What a worker scans at a time: long enough that asking costs nothing, short enough that the browser looks
 * often whether the file has changed. A multiple of every cluster size.
 */
export const PART = 64 << 20;

/**
 * Parses the options, and refuses what can be refused before the source is read.
 *
 * @param {number} size
 * @param {{ clusterSize?: any, refcountBits?: any, dataFile?: { name: string, raw: boolean } }} options
 */
export function plannerOf(size, { clusterSize, refcountBits, dataFile }) {
  for (const [name, value] of Object.entries({ clusterSize, refcountBits })) {
    if (value !== undefined && !Number.isSafeInteger(value)) {
      throw badOption(name, 'a whole number');
    }
  }
  return asked(() => new Planner(size, clusterSize, refcountBits, dataFile?.name, dataFile?.raw ?? false));
}

/**
 * The module's plan of the same disk with other options.
 *
 * @param {number} size
 * @param {import('./layout.js').Layout} layout
 * @param {{ refcountBits?: any, dataFile?: { name: string, raw: boolean } }} options
 */
export function replanned(size, layout, options) {
  const planner = plannerOf(size, { clusterSize: layout.summary.clusterSize, ...options });
  layout.addTo(planner);
  return asked(() => planner.plan());
}

/**
 * Feeds the planner with what holds data. Resolves to the checksums of the parts.
 *
 * @param {import('./source.js').Source} source
 * @param {Planner} planner
 * @param {{ module: WebAssembly.Module, workers: number, workerURL?: string | URL }} means
 * @param {import('./watch.js').Watch} watch
 */
export async function scanInto(source, planner, means, watch) {
  const { size } = source;
  // No more than there are parts.
  const workers = Math.min(means.workers, Math.ceil(size / PART));
  const reads = new Reads(size, watch);
  const scanners = new Scanners({ ...means, workers }, source, planner.clusterSize, (bytes) => reads.add(bytes));
  const checksums = [];
  try {
    const waiting = [];
    watch.report('scan', 0, size);
    for (let next = 0, at = 0; at < size; at += PART) {
      // One more than is scanned at once, so that no worker waits for this thread.
      for (; next < size && waiting.length <= workers; next += PART) {
        waiting.push(scanners.scan(next, Math.min(PART, size - next)));
      }
      const { runs, checksum } = await reads.during(waiting.shift());
      asked(() => planner.addPart(at, runs));
      checksums.push(checksum);
    }
    await source.check();
    return checksums;
  } finally {
    scanners.end();
  }
}

/** The bytes read so far, of all parts together. They are reported after each read: a part takes long on a slow disk. */
class Reads {
  #bytes = 0;
  #size;
  #watch;
  /** Ends what is waited for. @type {(reason: unknown) => void} */
  #stop = () => {};

  /** @param {number} size @param {import('./watch.js').Watch} watch */
  constructor(size, watch) {
    this.#size = size;
    this.#watch = watch;
  }

  /** @param {number} bytes */
  add(bytes) {
    this.#bytes += bytes;
    try {
      this.#watch.report('scan', this.#bytes, this.#size);
    } catch (reason) {
      this.#stop(reason);
    }
  }

  /**
   * What `work` resolves to, or what a report throws meanwhile.
   *
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  during(work) {
    return new Promise((resolve, reject) => {
      this.#stop = reject;
      work.then(resolve, reject);
    });
  }
}
