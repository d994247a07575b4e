/** How much is read at once, in bytes. A read costs about a millisecond, whatever its size. */
export const CHUNK = 4 << 20;

/** The same where each chunk is a slice of its own. */
const SLICE = 8 << 20;

/** The readers in use. Chromium may collect a stream that nothing else holds while a read of it is under way, which then never ends. */
const inUse = new Set();

/**
 * The bytes of a part from front to back, in chunks, read the quickest way that the browser has. A chunk is good until the
 * next one is asked for. If the part ends early, so do the chunks.
 *
 * @param {Blob} part
 * @param {ArrayBuffer} [buffer] for the chunks, of `CHUNK` bytes; it is that of the last chunk afterwards
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void>}
 */
export async function* chunks(part, buffer = new ArrayBuffer(Math.min(part.size, CHUNK))) {
  const reader = byobReader(part);
  yield* reader ? filled(reader, part.size, buffer) : slices(part);
}

/** A reader that fills a buffer of ours. WebKit has none for blobs. */
function byobReader(part) {
  try {
    return part.stream().getReader({ mode: 'byob' });
  } catch {
    return null;
  }
}

/**
 * @param {ReadableStreamBYOBReader} reader
 * @param {number} size
 * @param {ArrayBuffer} buffer
 */
async function* filled(reader, size, buffer) {
  inUse.add(reader);
  try {
    for (let left = size; left > 0;) {
      const length = Math.min(left, CHUNK);
      // `min`: one answer for the whole buffer, not one for each little that comes in.
      const { value } = await reader.read(new Uint8Array(buffer, 0, length), { min: length });
      if (!value?.byteLength) {
        return;
      }
      yield value;
      left -= value.byteLength;
      buffer = value.buffer;
    }
  } finally {
    // Lets the browser close the file.
    reader.cancel().catch(() => {});
    inUse.delete(reader);
  }
}

/**
 * While a slice is worked on, the next one is being read.
 *
 * @param {Blob} part
 */
async function* slices(part) {
  let next = slice(part, 0);
  for (let at = 0; at < part.size; at += SLICE) {
    const bytes = new Uint8Array(await next);
    if (bytes.length === 0) {
      return;
    }
    next = slice(part, at + SLICE);
    yield bytes;
  }
}

/** @param {Blob} part @param {number} at */
function slice(part, at) {
  const buffer = part.slice(at, at + SLICE).arrayBuffer();
  // Whoever waits for it hears of a failure; nobody may.
  buffer.catch(() => {});
  return buffer;
}
