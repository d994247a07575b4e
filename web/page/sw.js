// The service worker: it keeps the page for times without a network, and passes streams to the browser's downloads.

// In front of this stands what it is to keep: `self.SITE = { version, files }`, with the SHA-256 of each file by its address.

const PREFIX = `qcow2-stream ${registration.scope} `;
const CACHE = PREFIX + SITE.version;

/** Where downloads seem to come from. */
const SAVE = new URL('save/', registration.scope).href;

/** Files whose download has not begun yet, by address. */
const waiting = new Map();

addEventListener('install', (event) => {
  event.waitUntil(keep());
});

/** Keeps all files, or none: a host that is being updated has some of one version and some of another. */
async function keep() {
  const files = await Promise.all(Object.entries(SITE.files).map(async ([file, digest]) => [file, await fetched(file, digest)]));
  // The last of the others is that of the page that may be open. Names come in the order in which they were made.
  await Promise.all((await others()).slice(0, -1).map((name) => caches.delete(name)));
  const cache = await caches.open(CACHE);
  await Promise.all(files.map(([file, response]) => cache.put(file, response)));
  // A page of the time when addresses had no version can't ask for this one if it is a mixture.
  if (await caches.match(new URL('app/main.js', registration.scope))) {
    isAsked = true;
    skipWaiting();
  }
}

/** A file from the host, past the browser's own cache, if it is that of this version. */
async function fetched(file, digest) {
  const response = await fetch(file, { cache: 'reload' });
  const bytes = await response.arrayBuffer();
  if (!response.ok || hex(await crypto.subtle.digest('SHA-256', bytes)) !== digest) {
    throw new Error(`${file}: the host does not have this file in version ${SITE.version}`);
  }
  // Without what is about the way here. A response that came by way of another address could not show a page.
  const headers = new Headers(response.headers);
  ['Content-Encoding', 'Content-Length', 'Vary'].forEach((name) => headers.delete(name));
  return new Response(bytes, { headers });
}

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether a page of the version before may be open, and still load parts of itself: it was, when it asked for this one. */
let isAsked = false;

addEventListener('activate', (event) => {
  if (!isAsked) event.waitUntil(forgetOthers());
});

/** Nothing is deleted while the next version comes: what it keeps is among the others. */
async function forgetOthers() {
  const names = await others();
  if (registration.installing || registration.waiting) return;
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** What is kept of other versions. */
async function others() {
  const names = await caches.keys();
  return names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
}

/** The page announces a file, and learns the address that it can be downloaded from, once. */
addEventListener('message', ({ data, ports: [port] }) => {
  if (data.takeOver) {
    takeOver();
    return;
  }
  const url = SAVE + crypto.randomUUID();
  waiting.set(url, { ...data, stream: streamOf(port) });
  port.postMessage({ url });
});

/** The page that asks is the only one, and has nothing under way: there is nobody to wait for. */
async function takeOver() {
  if (await pages() === 1) {
    isAsked = true;
    await skipWaiting();
  }
}

/** How many pages are open. */
async function pages() {
  const all = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  return all.filter(({ url }) => url.startsWith(registration.scope)).length;
}

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
  } else if (request.mode === 'navigate') {
    event.respondWith(page(request));
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

/** The page itself, which some open by the name of its file. If the browser has dropped files, the host's is better. */
async function page(request) {
  const cache = await caches.open(CACHE);
  const whole = (await cache.keys()).length >= Object.keys(SITE.files).length;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname === `${registration.scope}index.html` ? registration.scope : request.url;
  return whole ? kept(request, address) : fetch(address, { cache: 'no-cache' }).catch(() => kept(request, address));
}

/** Other versions have other addresses. A page of the one before may still load parts of itself. */
async function kept(request, address = request.url) {
  for (const name of [CACHE, ...await others()]) {
    const cache = await caches.open(name);
    const response = await cache.match(address, { ignoreSearch: true });
    if (response) return response;
  }
  return fetch(request);
}
