/**
 * Keeps the page for the next visit. Where that is not possible, over plain HTTP for one, the page works all the same. The
 * browser's own cache must not keep the old service worker, nor, without one, the old page for longer than this visit.
 *
 * @param {() => boolean} idle whether the page can be loaded anew, with nothing lost
 */
export async function worksOffline(idle) {
  try {
    const registration = await navigator.serviceWorker.register('sw.js', { updateViaCache: 'none' });
    if (registration.waiting && navigator.serviceWorker.controller) update(registration.waiting, idle);
  } catch {
    await fetch('./', { cache: 'no-cache' }).catch(() => {});
  }
}

/** How often it is asked to take over, and how long between that, in milliseconds: a page that is going still counts for a while. */
const TRIES = 5;
const PAUSE = 1000;

/**
 * The visit before has brought the next version. Browsers would keep it waiting until no page of this one is open, and do not
 * take a reload for that.
 *
 * @param {ServiceWorker} next
 * @param {() => boolean} idle
 */
function update(next, idle) {
  navigator.serviceWorker.addEventListener('controllerchange', () => idle() && location.reload(), { once: true });
  const ask = (/** @type {number} */ tries) => {
    if (!idle() || next.state !== 'installed') return;
    next.postMessage({ takeOver: true });
    if (tries > 1) setTimeout(ask, PAUSE, tries - 1);
  };
  ask(TRIES);
}
