import { brokenOff } from './errors.js';

/** How often the service worker is asked whether it is still there, in milliseconds. */
const ASKING = 5000;

/** How many questions in a row may go unanswered. */
const UNANSWERED = 3;

/** Hands an image over to the service worker, piece by piece, as the browser asks for them. */
export class Feed {
  /** Where the service worker has the download. @type {Promise<string>} */
  url;
  /** Takes the image. */
  sink = new WritableStream({
    write: (chunk) => this.#give({ chunk }, [chunk.buffer]),
    close: () => this.#give({ end: true }),
    abort: () => this.#port.postMessage({ failed: true }),
  });
  #port;
  #unanswered = 0;
  #timer;
  /** The browser wants a piece, and has wanted it since. */
  #want = Promise.withResolvers();
  /** Else the worker, and with it the download, would wait for a page that is gone. */
  #leave = () => this.#port.postMessage({ failed: true });

  /** @param {ServiceWorker} worker @param {{ name: string, size: number }} file */
  constructor(worker, file) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.url = new Promise((resolve) => {
      port1.onmessage = ({ data }) => this.#hear(data, resolve);
    });
    worker.postMessage(file, [port2]);
    this.#want.promise.catch(() => {});
    this.#timer = setInterval(() => this.#ask(), ASKING);
    addEventListener('pagehide', this.#leave);
  }

  /** Resolves when the browser wants a piece. */
  wanted() {
    return this.#want.promise;
  }

  /** Ends the questions. */
  end() {
    clearInterval(this.#timer);
    removeEventListener('pagehide', this.#leave);
  }

  async #give(message, transfer = []) {
    await this.wanted();
    this.#want = Promise.withResolvers();
    this.#want.promise.catch(() => {});
    this.#port.postMessage(message, transfer);
  }

  #hear({ url, wanted, cancelled }, begin) {
    this.#unanswered = 0;
    if (url) {
      begin(url);
    } else if (wanted) {
      this.#want.resolve();
    } else if (cancelled) {
      this.#want.reject(brokenOff());
    }
  }

  /** Nothing else tells when the browser has stopped the service worker. */
  #ask() {
    if (this.#unanswered === UNANSWERED) {
      this.#want.reject(brokenOff());
    }
    this.#unanswered += 1;
    this.#port.postMessage({ there: true });
  }
}
