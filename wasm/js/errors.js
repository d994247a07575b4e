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
  return Object.assign(error, { name: 'Qcow2Error', code, remedy });
}

/** What a thrown value says of itself. */
function text(cause) {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}

/** An option has a value that it cannot have. */
export function badOption(name, what) {
  return failure('bad-option', `${name}: it is not ${what}`, 'Choose one of the values that it can have.');
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

/** The module or a worker could not be started. */
export function notStarted(what, cause) {
  return failure('worker', `${what} could not be started: ${text(cause)}`, 'Reload the page and try again.', cause);
}

/** The image came out shorter or longer than planned. */
export function incomplete(written, end) {
  return failure('defect', `wrote ${written} bytes of ${end}`, 'Please report this.');
}
