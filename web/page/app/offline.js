/** Keeps the page for the next visit. Where that is not possible, over plain HTTP for one, the page works all the same. */
export function worksOffline() {
  navigator.serviceWorker?.register('sw.js').catch(() => {});
}
