// A host's source, sink and watch, which do what they should unless `meet` gives them a fault.

/** So many bytes: noise and zeros by turns. */
export function disk(length, seed = 1) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) {
    if (((at >>> 10) + seed) % 3 !== 0) bytes[at] = Math.imul(at + seed, 0x9e3779b1) >>> 24;
  }
  return bytes;
}

/** Meets a fault, which is remembered, or answers. */
class Meeting {
  fault;

  constructor(meet) {
    this.meet = meet;
  }

  answer(call, length, honest) {
    const fault = this.meet(call);
    if (!fault) return honest();
    this.fault = fault;
    return fault.act(length);
  }
}

export class Source extends Meeting {
  constructor(bytes, meet) {
    super(meet);
    this.bytes = bytes;
  }

  size() {
    return this.answer('size', 0, () => BigInt(this.bytes.length));
  }

  readAt(offset, length) {
    return this.answer('readAt', length, () => this.bytes.slice(Number(offset), Number(offset) + length));
  }

  nextData() {
    return this.answer('nextData', 0, () => ({ tag: 'unknown' }));
  }
}

export class Sink extends Meeting {
  chunks = [];

  write(bytes) {
    return this.answer('write', bytes.length, () => {
      this.chunks.push(bytes.slice());
      return bytes.length;
    });
  }
}

export class Watch extends Meeting {
  progress() {
    return this.answer('progress', 0, () => 'go-on');
  }
}

/** The image that an honest host gets. */
export function image(convert, bytes, options) {
  const sink = new Sink(() => {});
  const plan = convert.Plan.make(new Source(bytes, () => {}), options);
  plan.run(sink);
  plan[Symbol.dispose]();
  return Buffer.concat(sink.chunks);
}
