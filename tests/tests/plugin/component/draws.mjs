// What a seed decides.

/** Faults by the call that meets them: what the host answers, and the codes that may come of it. */
const FAULTS = {
  size: [said('source'), lie(() => 1n << 40n, ['source-changed', 'source-ended', 'refused'])],
  readAt: [
    said('source'),
    lie((length) => new Uint8Array(length + 1), ['source-answer']),
    lie(() => new Uint8Array(0), ['source-ended']),
  ],
  nextData: [said('source'), lie(() => ({ tag: 'range', val: { start: 9n, end: 3n } }), ['source-answer'])],
  write: [said('sink'), lie(() => 0, ['sink-answer']), lie((length) => length + 1, ['sink-answer'])],
  progress: [lie(() => 'cancel', ['cancelled'])],
};

/** What is no error of the interface: it goes through the component like a trap. */
const THROWN = [new Error('told to throw'), undefined, null, 7, Symbol('s'), new WebAssembly.RuntimeError('unreachable')];

function said(code) {
  return { name: 'an error', codes: [code], act: () => { throw 'told to fail'; } };
}

function lie(answer, codes) {
  return { name: 'a lie', codes, act: answer };
}

/** Numbers from a seed, the same ones on any machine. */
export function draws(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let nth = 0; nth < 8; nth += 1) next();
  /** A whole number below `limit`. */
  const draw = (limit) => next() % Math.max(limit, 1);
  draw.onceIn = (times) => draw(times) === 0;
  draw.fault = (call) => {
    if (draw.onceIn(4)) {
      const thrown = THROWN[draw(THROWN.length)];
      return { name: 'an exception', throws: true, codes: ['source', 'sink'], act: () => { throw thrown; } };
    }
    const known = FAULTS[call];
    return known[draw(known.length)];
  };
  return draw;
}
