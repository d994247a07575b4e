// Starts Vite's development server of the folder it runs in, and says where: node development.mjs FOLDER_OF_VITE
import { pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(join(process.argv[2], 'node_modules/'));
const { module, exports } = require('vite/package.json');
const main = exports['.'].import?.default ?? exports['.'].import ?? exports['.'] ?? module;
const vite = await import(pathToFileURL(join(dirname(require.resolve('vite/package.json')), main)));
const server = await vite.createServer({ server: { host: '127.0.0.1', port: 0 }, clearScreen: false });
await server.listen();
console.log(`http://localhost:${server.httpServer.address().port}/`);
