const source = new Blob([noise(70_000)]);
const plan = await scan(source);
const throwing = () => { throw new Error('mine'); };
const strange = {
  NaN: NaN, '-0': -0, '-1': -1, '0.5': 0.5, Infinity, '2**32': 2 ** 32, '2**53': 2 ** 53, 1e9: 1e9, '-2**31': -(2 ** 31),
  "'1'": '1', "''": '', null: null, undefined, '{}': {}, '[]': [], true: true, Symbol: Symbol('s'), BigInt: 1n, function: () => 1,
  'a function that throws': throwing,
  'an object with getters that throw': new Proxy({}, { get: throwing, has: throwing, getPrototypeOf: () => null }),
  'an object without a prototype': Object.create(null),
  'what throws as a string': { toString: throwing, valueOf: throwing, [Symbol.toPrimitive]: throwing },
};
const withOptions = (names, call) => names.map((name) => [name, (value) => call({ [name]: value })]);
const functions = {
  scan: [
    ['source', (value) => scan(value)],
    ['options', (value) => scan(source, value)],
    ...withOptions(['clusterSize', 'refcountBits', 'workers', 'wasmURL', 'workerURL', 'module', 'dataFile', 'signal'],
      (options) => scan(source, options)),
    ['dataFile.name', (name) => scan(source, { dataFile: { name } })],
    ['dataFile.raw', (raw) => scan(source, { dataFile: { name: 'disk', raw } })],
  ],
  occupancy: [['cells', (value) => plan.occupancy(value)]],
  segments: [['nothing', (value) => [...plan.segments(value)]]],
  toBlob: [['options', (value) => plan.toBlob(value)], ...withOptions(['signal'], (options) => plan.toBlob(options))],
  stream: [['options', async (value) => drain(plan.stream(value))],
    ...withOptions(['signal'], (options) => drain(plan.stream(options)))],
  pipeTo: [
    ['writable', (value) => plan.pipeTo(value)],
    ['options', (value) => plan.pipeTo(new WritableStream(), value)],
    ...withOptions(['signal'], (options) => plan.pipeTo(new WritableStream(), options)),
  ],
  free: [['nothing', async (value) => (await scan(new Blob([]))).free(value)]],
};
async function drain(stream) {
  for (const reader = stream.getReader(); !(await reader.read()).done;);
}
const told = [];
for (const [name, places] of Object.entries(functions)) {
  for (const [place, call] of places) {
    for (const [given, value] of Object.entries(strange)) {
      const { code, name: error, message, remedy } = await fate(async () => { await call(value); });
      told.push({ place: `${name}: ${place}`, given, fate: { code, name: error, message, remedy } });
    }
  }
}
return told;
