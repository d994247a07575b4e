// Makes JavaScript of the component: node transpile.mjs PLUGIN.component.wasm FOLDER JCO
// where JCO is a folder with the npm package @bytecodealliance/jco-transpile. `jco transpile --instantiation` does the same.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [component, folder, jco] = process.argv.slice(2);
const path = createRequire(join(resolve(jco), 'node_modules/')).resolve('@bytecodealliance/jco-transpile');
const { transpileBytes } = await import(pathToFileURL(path));
const { files } = await transpileBytes(readFileSync(component), { name: 'plugin', instantiation: 'async' });
for (const [name, contents] of Object.entries(files)) {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}
// Node takes a file that ends in .js for an ES module only if this says so.
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
