// The image as bytes, into a `WritableStream`.

import { incomplete, sinkFailed } from './errors.js';

/**
 * Writes the image into `sink` and closes it; if anything fails, aborts it.
 *
 * @param {import('./pieces.js').Pieces} pieces
 * @param {WritableStream<Uint8Array>} sink
 * @param {import('./watch.js').Watch} watch
 */
export async function pipe(pieces, sink, watch) {
  const writer = writerOf(sink);
  const { signal } = watch;
  // A sink that hangs hears of it at once, too.
  const abort = () => writer.abort(signal?.reason).catch(() => {});
  // A failure is seen by the write that meets it.
  writer.closed.catch(() => {});
  signal?.addEventListener('abort', abort);
  try {
    await writeAll(pieces, writer, watch);
  } catch (error) {
    // A sink that was aborted says so in its own words; the reason is the signal's.
    const reason = signal?.aborted ? signal.reason : error;
    writer.abort(reason).catch(() => {});
    throw reason;
  } finally {
    signal?.removeEventListener('abort', abort);
    writer.releaseLock();
  }
}

/** @param {any} sink @returns {WritableStreamDefaultWriter<Uint8Array>} */
function writerOf(sink) {
  try {
    return sink.getWriter();
  } catch (cause) {
    throw new TypeError('the sink is no WritableStream, or it is locked', { cause });
  }
}

/**
 * While a piece is being written, the next one is being read. No more than three are in memory: one on its way out, one that
 * waits, and one on its way in.
 */
async function writeAll(pieces, writer, watch) {
  const { total } = pieces;
  let written = 0;
  let writing = Promise.resolve(0);
  const taken = async () => {
    written += await writing.catch((cause) => { throw sinkFailed(written, cause); });
    watch.report('emit', written, total);
  };
  for (let next = pieces.next(); next;) {
    const chunk = await next;
    const { length } = chunk;
    // A sink that has failed, or was aborted, has no room to tell: nothing is read for it any more.
    next = writer.desiredSize === null ? undefined : pieces.next();
    await taken();
    writing = writer.write(chunk).then(() => length);
    writing.catch(() => {});
  }
  await taken();
  if (written !== total) {
    throw incomplete(written, total);
  }
  await pieces.check();
  await writer.close().catch((cause) => { throw sinkFailed(written, cause); });
}
