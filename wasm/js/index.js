// qcow2-stream: a disk image as a File or Blob in, a qcow2 image out. See index.d.ts for the types.

import { compose } from './blob.js';
import { Checksums } from './checksums.js';
import { badOption } from './errors.js';
import { load } from './module.js';
import { Pieces } from './pieces.js';
import { pipe } from './pipe.js';
import { plannerOf, scanInto } from './scan.js';
import { segments } from './segments.js';
import { Source } from './source.js';
import { Watch } from './watch.js';

/** Two workers read as fast as browsers can; more only get in each other's way. */
const WORKERS = 2;

/** Reads the whole source once, in workers, and plans its image. */
export async function scan(file, options = {}) {
  const source = new Source(file);
  const watch = new Watch(options);
  const workers = options.workers ?? WORKERS;
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw badOption('workers', 'a whole number from 1');
  }
  return watch.during(async () => {
    const module = await load();
    const planner = plannerOf(source.size, options);
    // With a raw data file everything is mapped, whatever it holds.
    const checksums = options.dataFile?.raw ? [] : await scanInto(source, planner, { module, workers }, watch);
    // An image of metadata alone holds no data to compare.
    return new Plan(source, planner.plan(), options.dataFile ? [] : checksums);
  });
}

/** A planned image, and the ways to have it. */
export class Plan {
  #source;
  #plan;
  #checksums;

  constructor(source, plan, checksums) {
    this.#source = source;
    this.#plan = plan;
    this.#checksums = checksums;
  }

  get outputSize() {
    return this.#plan.outputSize;
  }

  get summary() {
    return this.#plan.summary;
  }

  get runs() {
    return this.#plan.runs;
  }

  get blobParts() {
    return this.#plan.blobParts;
  }

  occupancy(cells) {
    return this.#plan.occupancy(cells);
  }

  segments() {
    return segments(this.#plan);
  }

  async toBlob(options = {}) {
    const watch = new Watch(options);
    return watch.during(() => compose(this.#source, this.#plan, watch));
  }

  stream(options = {}) {
    const { readable, writable } = new TransformStream();
    // Whatever fails, the reader hears of it.
    this.pipeTo(writable, options).catch((error) => writable.abort(error).catch(() => {}));
    return readable;
  }

  async pipeTo(writable, options = {}) {
    const watch = new Watch(options);
    return watch.during(() => pipe(new Pieces(this.#source, this.#plan, new Checksums(this.#checksums)), writable, watch));
  }

  free() {
    this.#plan.free();
  }
}
