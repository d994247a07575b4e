// What ends a conversion. What the module refuses comes from it in the same shape.

/** What to do when the source could not be read, or is not what it was. */
const PICK_AGAIN = 'The file was changed, moved or deleted since it was picked, or its drive failed. '
  + 'Make sure that nothing writes to it, and pick it again.';

/**
 * @param {string} code
 * @param {string} message
 * @param {string} remedy
 * @param {unknown} [cause]
 */
function failure(code, message, remedy, cause) {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  // Not assigned: a page may have frozen the prototype, which has a name, too.
  for (const [key, value] of Object.entries({ name: 'Qcow2Error', code, remedy })) {
    Object.defineProperty(error, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

/** What a thrown value says of itself. It may be anything, and throw once more. */
function text(cause) {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  } catch {
    return 'an error that says nothing';
  }
}

/** An option or an argument has a value that it cannot have. */
export function badOption(name, what, cause) {
  return failure('bad-option', `${name}: it is not ${what}`, 'Choose one of the values that it can have.', cause);
}

/** The plan is not there any more. */
export function freed() {
  return failure('freed', 'the plan was freed', 'Scan the source again.');
}

/** The module was stopped by the browser, or the browser had no memory for what it gave. */
export function stopped(cause) {
  if (cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError) {
    const remedy = 'Close other tabs, or choose a larger cluster size, and scan the source again.';
    return failure('out-of-memory', `the module was stopped, most likely for want of memory: ${text(cause)}`, remedy, cause);
  }
  const { code, message, remedy } = Object(cause);
  if (typeof code === 'string' && typeof remedy === 'string') {
    return failure(code, message, remedy);
  }
  return failure('defect', text(cause), 'Please report this.', cause);
}

/**
 * What needs memory in the page. A buffer that the browser has no memory for is a `RangeError`.
 *
 * @template T
 * @param {() => T} make
 * @returns {T}
 */
export function allocated(make) {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) {
      throw cause;
    }
    const remedy = 'Close other tabs, and try again.';
    throw failure('out-of-memory', `the page had no memory: ${text(cause)}`, remedy, cause);
  }
}

/** The browser could not read the source. */
export function unreadable(offset, cause) {
  const message = `source: reading at offset ${offset} failed: ${text(cause)}`;
  return failure('source-unreadable', message, PICK_AGAIN, cause);
}

/** The source is shorter than it was. */
export function ended(offset, size) {
  const message = `source: ended at offset ${offset}, ${size} bytes were expected`;
  return failure('source-changed', message, PICK_AGAIN);
}

/** The source holds other bytes than when it was scanned. */
export function changed(offset, length) {
  const message = `source: some of the ${length} bytes from offset ${offset} on are not what they were when it was scanned`;
  return failure('source-changed', message, PICK_AGAIN);
}

/** The sink did not take the image. */
export function sinkFailed(offset, cause) {
  const message = `sink: writing at offset ${offset} failed: ${text(cause)}`;
  const remedy = 'Look whether there is room and leave to write, and start over; what was written is no image.';
  return failure('sink', message, remedy, cause);
}

/** There was no room where the browser keeps its blobs. */
export function noRoom(cause) {
  const remedy = 'Close other tabs or free disk space, and try again; a larger cluster size needs less.';
  return failure('out-of-memory', `the browser could not keep the metadata: ${text(cause)}`, remedy, cause);
}

/**
 * The module or a worker could not be started. `option` is the one that says where it is.
 *
 * @param {string} what
 * @param {unknown} cause
 * @param {'wasmURL' | 'workerURL'} option
 */
export function notStarted(what, cause, option) {
  const message = `${what} could not be started: ${text(cause)}`;
  const remedy = 'Reload the page and try again. If it is your page, look whether its policy and its bundler let it load '
    + `the files of qcow2-stream, and say with the option ${option} where they are.`;
  return failure('worker', message, remedy, cause);
}

/** A worker runs something else. */
export function notOurs(what) {
  const message = `a worker does not answer as that of qcow2-stream does: ${what}`;
  const remedy = 'Let the option workerURL name the worker.js of this version of qcow2-stream; reload the page if it was '
    + 'updated a moment ago.';
  return failure('worker', message, remedy);
}

/** Where the module should be, the server has something else. */
export function notLoaded(url, what) {
  const message = `${url} is not the WebAssembly module of qcow2-stream: ${what}`;
  const remedy = 'Have your bundler copy qcow2_stream_wasm_bg.wasm and worker.js, or say with the options wasmURL and '
    + 'workerURL where they are; "With a bundler" in the readme of qcow2-stream has what to configure.';
  return failure('worker', message, remedy);
}

/** A worker had no memory for what it does. */
export function noMemory(cause) {
  const remedy = 'Close other tabs, or let fewer workers read, and try again.';
  return failure('out-of-memory', `a worker had no memory: ${text(cause)}`, remedy, cause);
}

/** The image came out shorter or longer than planned. */
export function incomplete(written, end) {
  return failure('defect', `wrote ${written} bytes of ${end}`, 'Please report this.');
}
