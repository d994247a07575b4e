import { ended, unreadable } from './errors.js';
import { is } from './options.js';
import { chunks } from './reader.js';

/** Of the browser, whatever a subclass makes of them: what counts is the bytes that the browser has. */
const { slice, arrayBuffer } = Blob.prototype;
const sizeOf = /** @type {{ get: () => number }} */ (Object.getOwnPropertyDescriptor(Blob.prototype, 'size')).get;

/** A disk that the browser can read: a `Blob`, most often a `File`. */
export class Source {
  /** @type {Blob} */
  #blob;

  /** @param {Blob} blob */
  constructor(blob) {
    if (!is(Blob.prototype, 'size', blob)) {
      throw new TypeError('the source is not a Blob or File');
    }
    this.#blob = blob;
  }

  /** In bytes. */
  get size() {
    return sizeOf.call(this.#blob);
  }

  /** The bytes from `offset` on, not yet read. */
  slice(offset, length) {
    return slice.call(this.#blob, offset, offset + length);
  }

  /**
   * Reads the bytes from `offset` on: as many as are asked for, or it fails.
   *
   * @param {number} offset
   * @param {number} length
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async read(offset, length) {
    let buffer;
    try {
      buffer = await this.slice(offset, length).arrayBuffer();
    } catch (cause) {
      throw unreadable(offset, cause);
    }
    if (buffer.byteLength !== length) {
      throw ended(offset + buffer.byteLength, this.size);
    }
    return new Uint8Array(buffer);
  }

  /**
   * As `read`, of at most `CHUNK` bytes, into a buffer of that size where the browser can. The bytes lie in the buffer
   * that there is now.
   *
   * @param {ArrayBuffer} buffer
   * @param {number} offset
   * @param {number} length
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async readInto(buffer, offset, length) {
    try {
      for await (const bytes of chunks(this.slice(offset, length), buffer)) {
        if (bytes.length === length) {
          return bytes;
        }
        break;
      }
    } catch (cause) {
      throw unreadable(offset, cause);
    }
    throw ended(offset, this.size);
  }

  /**
   * Looks whether the source is what it was. Browsers look at the file when they begin to read, and only then.
   */
  async check() {
    const last = Math.max(this.size - 1, 0);
    await this.read(last, this.size - last);
    if (this.size === 0) {
      // A slice of nothing is never read. A file that was deleted before anyone asked for its size has none, either.
      await arrayBuffer.call(this.#blob).catch((cause) => { throw unreadable(0, cause); });
    }
  }
}
