/**
 * The image as a stream for something that may fail by itself.
 *
 * @param {import('./index.js').Plan} plan
 * @param {import('./index.js').Choices} choices
 */
export function piped(plan, { signal, onProgress }) {
  const taker = new AbortController();
  const { readable, writable } = new TransformStream(freeing());
  const watch = { signal: AbortSignal.any([signal, taker.signal]), onProgress };
  const written = plan.pipeTo(writable, watch);
  // Whoever waits for it hears of a failure; the taker may hear of it first.
  written.catch(() => {});
  return {
    readable,
    /** Resolves when everything has been taken. Whatever fails first is what it is rejected with. */
    written,
    /** The taker has failed. */
    fail: (/** @type {unknown} */ cause) => taker.abort(cause),
  };
}

/**
 * Frees each piece when the next one is asked for: what is thrown away, browsers take their time to collect. Whoever has not
 * taken a piece by then finds it empty, so that the length is wrong.
 *
 * @returns {Transformer<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>}
 */
function freeing() {
  let taken;
  return {
    transform(piece, controller) {
      taken?.transfer?.(0);
      taken = piece.buffer;
      controller.enqueue(piece);
    },
  };
}
