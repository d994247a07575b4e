import { allocated } from './errors.js';
import { CHUNK } from './reader.js';

/** The pieces of an image, each made or read when it is asked for. */
export class Pieces {
  /** Buffers to read into: what is thrown away, browsers take their time to collect. @type {ArrayBuffer[]} */
  #buffers = [];
  #position = 0;
  #source;
  #plan;
  #checksums;

  /**
   * @param {import('./source.js').Source} source
   * @param {import('./layout.js').Layout} plan
   * @param {import('./checksums.js').Checksums} checksums
   */
  constructor(source, plan, checksums) {
    this.#source = source;
    this.#plan = plan;
    this.#checksums = checksums;
  }

  /** How long the image is, in bytes. */
  get total() {
    return this.#plan.outputSize;
  }

  /** Looks, after the last piece, whether the source is what was scanned. */
  async check() {
    this.#checksums.finish();
    await this.#source.check();
  }

  /**
   * The bytes of the next piece, on their way; none at the end of the image.
   *
   * @returns {Promise<Uint8Array<ArrayBuffer>> | undefined}
   */
  next() {
    const piece = this.#plan.pieceAt(this.#position);
    if (!piece) {
      return undefined;
    }
    this.#position += piece.length;
    const bytes = this.#bytesOf(piece);
    // If something else fails first, nobody waits for them any more.
    bytes.catch(() => {});
    return bytes;
  }

  async #bytesOf({ kind, offset, length, span, runs }) {
    switch (kind) {
      case 'metadata': return this.#plan.metadata(offset, length);
      case 'zeros': return allocated(() => new Uint8Array(length));
      default: return length === span ? this.#run(offset, span) : this.#runs(offset, span, runs, length);
    }
  }

  /** A single run goes out as it was read. */
  async #run(offset, length) {
    const bytes = await this.#source.read(offset, length);
    this.#checksums.add(offset, bytes);
    return bytes;
  }

  /** What of the bytes that are read goes into the image. */
  async #runs(offset, span, runs, length) {
    const buffer = this.#buffers.pop() ?? allocated(() => new ArrayBuffer(CHUNK));
    const bytes = await this.#source.readInto(buffer, offset, span);
    const chunk = allocated(() => new Uint8Array(length));
    let at = 0;
    for (let nth = 0; nth < runs.length; nth += 2) {
      const run = bytes.subarray(runs[nth], runs[nth + 1]);
      this.#checksums.add(offset + runs[nth], run);
      chunk.set(run, at);
      at += run.length;
    }
    this.#buffers.push(bytes.buffer);
    return chunk;
  }
}
