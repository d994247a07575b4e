import { badOption } from './errors.js';
import { given, is } from './options.js';

/** The caller's eyes and hand: progress, and the signal that aborts. */
export class Watch {
  /** @type {((progress: { phase: 'scan' | 'emit', bytes: number, total: number }) => void) | undefined} */
  #onProgress;
  /** @type {AbortSignal | undefined} */
  signal;

  /** @param {any} options */
  constructor(options) {
    const { onProgress, signal } = given(options, ['onProgress', 'signal']);
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw badOption('onProgress', 'a function');
    }
    if (signal !== undefined && !is(AbortSignal.prototype, 'aborted', signal)) {
      throw badOption('signal', 'an AbortSignal');
    }
    this.#onProgress = onProgress;
    this.signal = signal;
  }

  /** Tells the caller that `bytes` of `total` are done, and throws if it has aborted. */
  report(phase, bytes, total) {
    this.signal?.throwIfAborted();
    this.#onProgress?.({ phase, bytes, total });
    this.signal?.throwIfAborted();
  }

  /**
   * What `work` resolves to, or the reason of the signal as soon as that aborts: a browser's read or write under
   * way cannot be taken back, but nobody needs to wait for it.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async during(work) {
    const { signal } = this;
    if (!signal) {
      return work();
    }
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      // If it has aborted already, the work finds that out itself, and cleans up.
      work().then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }
}
