// How many seconds the core module takes for so many MiB of random bytes in memory: node speed.mjs PLUGIN.wasm MIB RUNS
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [plugin, mebibytes, runs] = process.argv.slice(2);
const disk = new Uint8Array(Number(mebibytes) << 20);
for (let at = 0; at < disk.length; at += 1 << 26) randomFillSync(disk.subarray(at, at + (1 << 26)));
const module = await WebAssembly.compile(readFileSync(plugin));

async function convert() {
  let taken = 0;
  const imports = {
    size: () => BigInt(disk.length),
    read_at: (source, offset, at, length) => {
      const bytes = disk.subarray(Number(offset), Number(offset) + length);
      new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
      return bytes.length;
    },
    next_data: () => 0,
    write: (sink, at, length) => {
      taken += length;
      return length;
    },
    progress: () => 0,
  };
  const { exports } = await WebAssembly.instantiate(module, { qcow2_stream: imports });
  const begun = performance.now();
  const plan = exports.plan(0, 0, 0, 0, 0, 0);
  if (exports.run(plan, 0, 0n, -1n) !== 0 || taken < disk.length) throw new Error('no image');
  return (performance.now() - begun) / 1000;
}

for (let run = 0; run < Number(runs); run += 1) console.log(await convert());
