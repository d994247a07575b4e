/** How the image is laid out, apart from the size of its clusters. */
export interface LayoutOptions {
  /** The width of a reference count in bits: 1, 2, 4, 8, 16, 32 or 64. Default: 16. */
  refcountBits?: number;
  /** Plan an image of metadata alone, which names the source as its external data file. */
  dataFile?: {
    /** The name by which QEMU is to open the source. */
    name: string;
    /** Map every cluster, so that the data file is the whole disk; the source is not read. Default: false. */
    raw?: boolean;
  };
}

/** How the image is laid out, and how the scan is watched. */
export interface ScanOptions extends LayoutOptions, WatchOptions {
  /** The size of a cluster in bytes: a power of two from 512 to 2,097,152. Default: 65,536. */
  clusterSize?: number;
  /** How many workers read: 1 to 64. Default: 2, which is as fast as browsers read. */
  workers?: number;
  /** Where `qcow2_stream_wasm_bg.wasm` is, if not beside the script. Only the first scan that succeeds loads it. */
  wasmURL?: string | URL;
  /**
   * Where `worker.js` is, as a bundler or a server provides it, if not beside the script. It must be of the page's origin,
   * and of the same version of the package: a script that doesn't say so within a minute is an error, `worker`.
   */
  workerURL?: string | URL;
  /** The compiled `qcow2_stream_wasm_bg.wasm`, in place of `wasmURL`. */
  module?: WebAssembly.Module;
}

/** How something that takes long is watched and stopped. */
export interface WatchOptions {
  /** Called many times a second. What it throws ends the work. */
  onProgress?: (progress: Progress) => void;
  /** Ends the work. The promise is rejected with its reason. */
  signal?: AbortSignal;
}

/** How far the work is. */
export interface Progress {
  phase: 'scan' | 'emit';
  /** Bytes done: of the source while scanning, of the image afterwards. */
  bytes: number;
  /** Bytes in all. */
  total: number;
}

/** What an image comes to. Sizes are in bytes. */
export interface Summary {
  /** The exact length of the image. */
  required: number;
  /** The length that it would have if the disk held no zeros. */
  fullyAllocated: number;
  virtualSize: number;
  clusterSize: number;
  refcountBits: number;
  /** Clusters of the disk that hold data. */
  allocatedClusters: number;
  /** The part of the image that is not the disk's data. */
  metadataBytes: number;
}

/** A stretch of the image. Lengths and offsets are in bytes. */
export type Segment =
  /** Metadata, from `offset` in the image on. */
  | { kind: 'metadata'; offset: number; length: number }
  /** Bytes of the source, from `offset` in the source on. */
  | { kind: 'guest'; offset: number; length: number }
  /** Zeros behind the end of the source. */
  | { kind: 'zeros'; length: number };

/**
 * What `scan` and the methods of `Plan` throw, but for the reason of a signal, what `onProgress` throws, and `TypeError`
 * where an argument is no `Blob`, or no `WritableStream` that is free.
 */
export interface Qcow2Error extends Error {
  name: 'Qcow2Error';
  code:
    /** An option has a value that it cannot have. */
    | 'bad-option'
    /** No image with these options can hold this source. */
    | 'refused'
    /** The browser could not read the source: it was changed, moved or deleted, or its drive failed. */
    | 'source-unreadable'
    /** The source is shorter than it was, or holds other data than when it was scanned. */
    | 'source-changed'
    /** The stream did not take the image. */
    | 'sink'
    /** There was no memory, or no room where the browser keeps its blobs. */
    | 'out-of-memory'
    /** A worker or the module could not be loaded or started. */
    | 'worker'
    /** The plan was freed. */
    | 'freed'
    /** A defect of this library. */
    | 'defect';
  /** What to do, as a sentence. */
  remedy: string;
}

/** A planned image, and the ways to have it. Each may be used as often as you like. */
export class Plan {
  private constructor();
  /** The exact length of the image in bytes. */
  readonly outputSize: number;
  readonly summary: Summary;
  /**
   * A plan of the same source with other options and the same cluster size. The source is not read. Both plans can be used,
   * and each is freed by itself. A plan made with `dataFile.raw` doesn't know what the disk holds: its `replan` needs `raw`, too.
   */
  replan(options?: LayoutOptions): Plan;
  /** How many runs of clusters hold data. */
  readonly runs: number;
  /** How many parts the blob has. Above some thousands browsers save it slowly and with much memory. */
  readonly blobParts: number;
  /** For each of so many equal cells of the disk, at most 1,048,576: how many of its bytes are in clusters that hold data. */
  occupancy(cells: number): Float64Array;
  /** The image in the order of its bytes. */
  segments(): Generator<Segment, void>;
  /**
   * The image as a `Blob` of metadata and slices of the source, which is read only when the blob is. If the source changes before
   * that, reading fails, or, where a browser doesn't look, brings what the source is then.
   */
  toBlob(options?: WatchOptions): Promise<Blob>;
  /** The image as a stream, which reads no further ahead than it must. It fails if the browser notices that the source has changed. */
  stream(options?: WatchOptions): ReadableStream<Uint8Array>;
  /**
   * Writes the image into a stream of bytes and closes it. If anything fails, the stream is aborted. It resolves when the stream
   * has taken everything and has been closed.
   */
  pipeTo(writable: WritableStream<Uint8Array>, options?: WatchOptions): Promise<void>;
  /** Frees the memory of the plan. A second call does nothing; any other use afterwards is an error, `freed`. */
  free(): void;
}

/**
 * Reads the whole source once, in workers, and plans its image. What a subclass of `Blob` overrides does not count: the
 * bytes are those that the browser has.
 */
export function scan(source: Blob, options?: ScanOptions): Promise<Plan>;
