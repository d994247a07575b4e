// The image as bytes, into a `WritableStream`.

import { incomplete, sinkFailed } from './errors.js';

/**
 * Writes the image into `sink` and closes it; if anything fails, aborts it.
 *
 * @param {import('./source.js').Source} source
 * @param {import('./qcow2_stream_wasm.js').Plan} plan
 * @param {WritableStream<Uint8Array>} sink
 * @param {import('./watch.js').Watch} watch
 */
export async function pipe(source, plan, sink, watch) {
  const writer = sink.getWriter();
  const { signal } = watch;
  // A sink that hangs hears of it at once, too.
  const abort = () => writer.abort(signal?.reason).catch(() => {});
  // A failure is seen by the write that meets it.
  writer.closed.catch(() => {});
  signal?.addEventListener('abort', abort);
  try {
    await writeAll(source, plan, writer, watch);
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

/** While a piece is being written, the next one is being read. */
async function writeAll(source, plan, writer, watch) {
  const total = plan.outputSize;
  let written = 0;
  let writing = Promise.resolve(0);
  const taken = async () => {
    written += await writing.catch((cause) => { throw sinkFailed(written, cause); });
    watch.report('emit', written, total);
  };
  let next = chunkAt(source, plan, 0);
  for (let position = 0; next;) {
    const chunk = await next;
    position += chunk.length;
    next = chunkAt(source, plan, position);
    await taken();
    const { length } = chunk;
    writing = writer.write(chunk).then(() => length);
    writing.catch(() => {});
  }
  await taken();
  if (written !== total) {
    throw incomplete(written, total);
  }
  await source.check();
  await writer.close().catch((cause) => { throw sinkFailed(written, cause); });
}

/** The bytes of the piece at a position of the image, on their way; none at its end. */
function chunkAt(source, plan, position) {
  const piece = plan.pieceAt(position);
  const chunk = piece && bytesOf(source, plan, piece);
  // If something else fails first, nobody waits for them any more.
  chunk?.catch(() => {});
  return chunk;
}

async function bytesOf(source, plan, { kind, offset, length, span, runs }) {
  switch (kind) {
    case 'metadata': return plan.metadata(offset, length);
    case 'zeros': return new Uint8Array(length);
    default: return only(await source.read(offset, span), runs, length);
  }
}

/** What of the bytes goes into the image. */
function only(bytes, runs, length) {
  if (runs.length === 2) {
    return bytes;
  }
  const chunk = new Uint8Array(length);
  let at = 0;
  for (let nth = 0; nth < runs.length; nth += 2) {
    const run = bytes.subarray(runs[nth], runs[nth + 1]);
    chunk.set(run, at);
    at += run.length;
  }
  return chunk;
}
