import { brokenOff } from './errors.js';

/** How often the service worker is asked whether it is still there, in milliseconds. */
const ASKING = 5000;

/** How many questions in a row may go unanswered. */
const UNANSWERED = 3;

/** As long as the longest piece of an image, in bytes. */
const CHUNK = 4 << 20;

/** Hands an image over to the service worker, piece by piece, as the browser asks for them. */
export class Feed {
  /** Where the service worker has the download. @type {Promise<string>} */
  url;
  /** Takes the image. */
  sink = new WritableStream({
    write: (chunk) => this.#giveCopy(chunk),
    close: () => this.#give({ end: true }),
    abort: () => this.giveUp(),
  });
  #port;
  #buffer;
  #unanswered = 0;
  #timer;
  /** The browser wants a piece, and has wanted it since. */
  #want = Promise.withResolvers();
  /** Else the worker, and with it the download, would wait for a page that is gone. */
  #leave = () => this.giveUp();

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

  /** Fails the download, also one that has not begun. */
  giveUp() {
    this.#port.postMessage({ failed: true });
  }

  /** Ends the questions. */
  end() {
    clearInterval(this.#timer);
    removeEventListener('pagehide', this.#leave);
  }

  /** In a buffer that has come back, if it is large enough: what is thrown away, browsers take their time to collect. */
  async #giveCopy(bytes) {
    await this.wanted();
    const { length } = bytes;
    const buffer = this.#buffer?.byteLength >= length ? this.#buffer : new ArrayBuffer(Math.max(length, CHUNK));
    const chunk = new Uint8Array(buffer, 0, length);
    chunk.set(bytes);
    await this.#give({ chunk }, [buffer]);
  }

  async #give(message, transfer = []) {
    await this.wanted();
    this.#want = Promise.withResolvers();
    this.#want.promise.catch(() => {});
    this.#port.postMessage(message, transfer);
  }

  #hear({ url, wanted, taken, cancelled }, begin) {
    this.#unanswered = 0;
    if (url) {
      begin(url);
    } else if (wanted) {
      this.#buffer = taken;
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
