/** @param {string} message for the details @param {[message: string, remedy: string]} words for people @param {unknown} [cause] */
function failure(message, words, cause) {
  return Object.assign(new Error(message, { cause }), { name: 'Qcow2Error', code: 'sink', remedy: words[1], words });
}

const ROOM = 'Look whether the disk is full, also where the browser keeps its temporary files, and save again.';

/** What was written is not as long as the image. */
export function wrongSize(size, expected) {
  const message = `the browser kept ${size} bytes of ${expected}`;
  return failure(message, ['The browser did not keep the whole image.', ROOM]);
}

/** The browser never began to download. */
export function notTaken() {
  const remedy = 'Allow this page to download files, reload it and try again, or choose a larger cluster size under “Options”.';
  return failure('the browser did not begin the download', ['The browser did not begin the download.', remedy]);
}

/** The browser could not keep what it is to save. */
export function notKept(/** @type {unknown} */ cause) {
  return failure(`the browser could not keep the image: ${cause}`, ['The browser could not keep the image.', ROOM], cause);
}

/** The service worker has gone, and with it the download. */
export function brokenOff() {
  const remedy = 'Delete what was saved of it, and save again.';
  return failure('the browser broke off the download', ['The browser stopped the download.', remedy]);
}
