// The service worker: it keeps the page for times without a network, and passes streams to the browser's downloads.

importScripts('files.js');

const PREFIX = `qcow2-stream ${registration.scope} `;
const CACHE = PREFIX + SITE.version;

/** Where downloads seem to come from. */
const SAVE = new URL('save/', registration.scope).href;

/** Files whose download has not begun yet, by address. */
const waiting = new Map();

addEventListener('install', (event) => {
  // Past the browser's own cache, so that all files are of one version.
  const requests = SITE.files.map((file) => new Request(file, { cache: 'reload' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers());
});

async function forgetOthers() {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** The page announces a file, and learns the address that it can be downloaded from, once. */
addEventListener('message', ({ data, ports: [port] }) => {
  const url = SAVE + crypto.randomUUID();
  waiting.set(url, { ...data, stream: streamOf(port) });
  port.postMessage({ url });
});

/** What the page hands over, piece by piece, as the browser asks for it. */
function streamOf(port) {
  let given;
  let taken;
  const start = (controller) => {
    port.onmessage = ({ data: { chunk, end, failed, there } }) => {
      if (there) {
        port.postMessage({ there });
        return;
      }
      if (chunk) {
        taken = chunk.buffer;
        controller.enqueue(chunk);
      } else if (end) {
        controller.close();
      } else if (failed) {
        controller.error(new Error('the page broke off'));
      }
      given?.();
    };
  };
  const pull = () => new Promise((resolve) => {
    given = resolve;
    // Whoever asks for more has taken what came before, and the page can use its memory again. Had they not, they would find
    // it detached, and call the download failed.
    port.postMessage({ wanted: true, taken }, taken ? [taken] : []);
    taken = undefined;
  });
  const cancel = () => port.postMessage({ cancelled: true });
  return new ReadableStream({ start, pull, cancel }, { highWaterMark: 0 });
}

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.url.startsWith(SAVE)) {
    event.respondWith(download(request.url));
  } else if (request.method === 'GET') {
    event.respondWith(kept(request));
  }
});

function download(url) {
  const { stream, name, size } = waiting.get(url) ?? {};
  waiting.delete(url);
  if (!stream) {
    return new Response('This download is over. Go back to the page and save again.', { status: 404 });
  }
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename*=UTF-8''${encoded(name)}`,
    'Content-Length': String(size),
    'X-Content-Type-Options': 'nosniff',
  };
  return new Response(stream, { headers });
}

/** As RFC 8187 has it, which allows less than a URL does. */
function encoded(name) {
  const byte = (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(name).replace(/['()*]/g, byte);
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return await cache.match(request, { ignoreSearch: true }) ?? fetch(request);
}
