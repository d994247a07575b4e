/**
 * Keeps the page for the next visit. Where that is not possible, over plain HTTP for one, the page works all the same.
 *
 * @param {() => boolean} idle whether the page can be loaded anew, with nothing lost
 * @param {() => void} resume begins anew with what waits for files of the page: Chromium may lose a worker's script when the
 *   next version takes over
 */
export async function worksOffline(idle, resume) {
  if (await keep(idle, resume)) return;
  // Without a service worker, the browser's own cache must not keep the old page for longer than this visit.
  await fetch('./', { cache: 'no-cache' }).catch(() => {});
  // The installation that failed may have been that of the visit before, when the host had not all files yet.
  await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  await keep(idle, resume);
}

/**
 * Whether the page is kept, or will be. The browser's own cache must not keep the old service worker.
 *
 * @param {() => boolean} idle @param {() => void} resume
 */
async function keep(idle, resume) {
  try {
    const registration = await navigator.serviceWorker.register('sw.js', { updateViaCache: 'none' });
    const { installing, waiting, active } = registration;
    if (waiting && navigator.serviceWorker.controller) update(waiting, idle, resume);
    return !!active || !installing || await isInstalled(installing);
  } catch {
    return false;
  }
}

/** @param {ServiceWorker} worker that is being installed */
function isInstalled(worker) {
  return new Promise((resolve) => {
    worker.addEventListener('statechange', () => resolve(worker.state !== 'redundant'), { once: true });
  });
}

/** How often it is asked to take over, and how long between that, in milliseconds: a page that is going still counts for a while. */
const TRIES = 5;
const PAUSE = 1000;

/**
 * The visit before has brought the next version. Browsers would keep it waiting until no page of this one is open, and do not
 * take a reload for that.
 *
 * @param {ServiceWorker} next
 * @param {() => boolean} idle @param {() => void} resume
 */
function update(next, idle, resume) {
  navigator.serviceWorker.addEventListener('controllerchange', () => idle() ? location.reload() : resume(), { once: true });
  const ask = (/** @type {number} */ tries) => {
    if (!idle() || next.state !== 'installed') return;
    next.postMessage({ takeOver: true });
    if (tries > 1) setTimeout(ask, PAUSE, tries - 1);
  };
  ask(TRIES);
}
