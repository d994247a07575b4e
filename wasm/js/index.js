// qcow2-stream: a disk image as a File or Blob in, a qcow2 image out. See index.d.ts for the types.

import { compose } from './blob.js';
import { Checksums } from './checksums.js';
import { badOption } from './errors.js';
import { Layout, asked } from './layout.js';
import { load } from './module.js';
import { dataFileOf, given, moduleOf, urlOf, whole } from './options.js';
import { Pieces } from './pieces.js';
import { pipe } from './pipe.js';
import { plannerOf, replanned, scanInto } from './scan.js';
import { segments } from './segments.js';
import { Source } from './source.js';
import { Watch } from './watch.js';

/** Two workers read as fast as browsers can; more only get in each other's way. */
const WORKERS = 2;

/** Each takes some 10 MiB; with thousands, browsers run out of memory or handles, and say so of anything. */
const MOST_WORKERS = 64;

/** A cell takes 8 bytes of the module's memory, and 8 more outside. */
const MOST_CELLS = 1 << 20;

/** Reads the whole source once, in workers, and plans its image. */
export async function scan(file, options) {
  const source = new Source(file);
  const watch = new Watch(options);
  const { dataFile, workers = WORKERS, module, ...rest } =
    given(options, ['clusterSize', 'refcountBits', 'dataFile', 'workers', 'module', 'wasmURL', 'workerURL']);
  whole('workers', workers, 1, MOST_WORKERS);
  const layout = { clusterSize: rest.clusterSize, refcountBits: rest.refcountBits, dataFile: dataFileOf(dataFile) };
  const [compiled, wasmURL, workerURL] =
    [moduleOf(module), urlOf('wasmURL', rest.wasmURL), urlOf('workerURL', rest.workerURL)];
  watch.signal?.throwIfAborted();
  return watch.during(async () => {
    const means = { module: await load(wasmURL, compiled), workers, workerURL };
    const planner = plannerOf(source.size, layout);
    // With a raw data file everything is mapped, whatever it holds.
    const checksums = layout.dataFile?.raw ? [] : await scanInto(source, planner, means, watch);
    return new Plan(source, new Layout(asked(() => planner.plan())), layout.dataFile, checksums);
  });
}

/** A planned image, and the ways to have it. */
export class Plan {
  #source;
  #layout;
  #checksums;
  #dataFile;

  constructor(source, layout, dataFile, checksums) {
    if (!(layout instanceof Layout)) {
      throw new TypeError('a Plan comes from scan');
    }
    this.#source = source;
    this.#layout = layout;
    this.#dataFile = dataFile;
    this.#checksums = checksums;
  }

  replan(options) {
    const { refcountBits, dataFile: asIs } = given(options, ['refcountBits', 'dataFile']);
    const dataFile = dataFileOf(asIs);
    if (this.#dataFile?.raw && !dataFile?.raw) {
      throw badOption('dataFile', 'raw, as it was when this plan was made: what the disk holds is not known');
    }
    const layout = new Layout(replanned(this.#source.size, this.#layout, { refcountBits, dataFile }));
    return new Plan(this.#source, layout, dataFile, this.#checksums);
  }

  get outputSize() {
    return this.#layout.outputSize;
  }

  get summary() {
    return this.#layout.summary;
  }

  get runs() {
    return this.#layout.runs;
  }

  get blobParts() {
    return this.#layout.blobParts;
  }

  occupancy(cells) {
    return this.#layout.occupancy(whole('cells', cells, 0, MOST_CELLS));
  }

  segments() {
    return segments(this.#layout);
  }

  async toBlob(options) {
    const watch = new Watch(options);
    return watch.during(() => compose(this.#source, this.#layout, watch));
  }

  stream(options) {
    const { readable, writable } = new TransformStream();
    // Whatever fails, the reader hears of it.
    this.pipeTo(writable, options).catch((error) => writable.abort(error).catch(() => {}));
    return readable;
  }

  async pipeTo(writable, options) {
    const watch = new Watch(options);
    // An image of metadata alone holds no data to compare.
    const checksums = this.#dataFile ? [] : this.#checksums;
    const pieces = () => new Pieces(this.#source, this.#layout, new Checksums(checksums));
    return watch.during(() => pipe(pieces(), writable, watch));
  }

  free() {
    this.#layout.free();
  }
}
