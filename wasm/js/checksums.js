import { checksum } from './qcow2_stream_wasm.js';
import { allocated, changed } from './errors.js';
import { asked } from './layout.js';
import { PART } from './scan.js';

/** Compares what is read of the parts, from front to back, with what was scanned. No browser notices all changes. */
export class Checksums {
  /** What was scanned, part by part. @type {bigint[]} */
  #scanned;
  /** What of the part has been read. @type {BigUint64Array<ArrayBuffer>} */
  #read = allocated(() => new BigUint64Array(1));
  #part = 0;

  /** @param {bigint[]} scanned */
  constructor(scanned) {
    this.#scanned = scanned;
  }

  /**
   * Takes the next data, at its offset in the source.
   *
   * @param {number} offset
   * @param {Uint8Array} bytes
   */
  add(offset, bytes) {
    const part = Math.floor(offset / PART);
    if (part !== this.#part) {
      this.finish();
      this.#part = part;
    }
    const start = offset - part * PART;
    const here = bytes.subarray(0, PART - start);
    this.#read[0] += asked(() => checksum(start, here));
    if (here.length < bytes.length) {
      this.add(offset + here.length, bytes.subarray(here.length));
    }
  }

  /** All data of the part has been read. */
  finish() {
    const scanned = this.#scanned[this.#part] ?? 0n;
    if (this.#read[0] !== scanned) {
      throw changed(this.#part * PART, PART);
    }
    this.#read[0] = 0n;
  }
}
