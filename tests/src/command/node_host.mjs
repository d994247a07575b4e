// Runs a WASI module in Node, in the current folder: node node_host.mjs MODULE ARGUMENTS...
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [module, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: ['qcow2-to-stdout', ...args],
  preopens: { '.': '.' },
  returnOnExit: true,
});
const compiled = await WebAssembly.compile(readFileSync(module));
process.exit(wasi.start(await WebAssembly.instantiate(compiled, wasi.getImportObject())));
