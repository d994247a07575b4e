// Reads and writes that fail on demand, in the page and in its workers.

/**
 * Lets the read number `nth` of this thread, counted from 1, meet a fault, and counts reads. It stands alone: workers get
 * its text.
 */
function install(nth, how) {
  const state = { reads: 0 };
  const meets = () => (state.reads += 1) === nth;
  const failed = () => Promise.reject(new DOMException('told to fail', 'NotReadableError'));
  const { arrayBuffer } = Blob.prototype;
  Blob.prototype.arrayBuffer = function () {
    // Where there is nothing to read, nothing fails: WebKit's scan asks for a slice behind the end, and never waits for it.
    if (this.size === 0 || !meets()) return arrayBuffer.call(this);
    if (how === 'read error') return failed();
    return arrayBuffer.call(this.slice(0, how === 'short read' ? this.size / 2 : 0));
  };
  const reader = globalThis.ReadableStreamBYOBReader?.prototype;
  const { read } = reader ?? {};
  const readLess = (self, view) => {
    const less = new Uint8Array(view.buffer, view.byteOffset, Math.ceil(view.byteLength / 2));
    return read.call(self, less, { min: less.length });
  };
  if (reader) {
    reader.read = function (view, options) {
      if (!meets()) return read.call(this, view, options);
      if (how === 'read error') return failed();
      if (how === 'short read') return readLess(this, view);
      return Promise.resolve({ value: new Uint8Array(view.buffer, 0, 0), done: true });
    };
  }
  state.restore = () => {
    Blob.prototype.arrayBuffer = arrayBuffer;
    if (reader) reader.read = read;
  };
  return state;
}

const script = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
const PlainWorker = globalThis.Worker;

/** Does some work in which a read of the workers meets a fault. How often they read. */
async function inWorkers(nth, how, work) {
  let reads = 0;
  const first = script(`const state = (${install})(${nth}, ${JSON.stringify(how)});
const post = postMessage.bind(globalThis);
globalThis.postMessage = (message) => post({ ...message, reads: state.reads });`);
  globalThis.Worker = class extends PlainWorker {
    constructor(url, options) {
      super(script(`import '${first}'; import '${url}';`), options);
      this.addEventListener('message', ({ data }) => { reads = data.reads; });
    }
  };
  try {
    return { ...(await work()), calls: reads };
  } finally {
    globalThis.Worker = PlainWorker;
  }
}

/** Does some work in which a read of the page meets a fault. How often it reads. */
async function inPage(nth, how, work) {
  const state = install(nth, how);
  try {
    return { ...(await work()), calls: state.reads };
  } finally {
    state.restore();
  }
}

/** A sink of which one write or the closing fails. */
function sinkThatFails(nth, how) {
  const state = { calls: 0 };
  const errors = {
    'write error': () => new Error('told to fail'),
    'full disk': () => new DOMException('told to fail', 'QuotaExceededError'),
    'closed pipe': () => new TypeError('told to fail'),
  };
  const chunks = [];
  const meet = () => {
    if ((state.calls += 1) === nth) throw errors[how]();
  };
  const write = (chunk) => { meet(); chunks.push(chunk); };
  return { sink: new WritableStream({ write, close: meet }), blob: () => new Blob(chunks), state };
}
