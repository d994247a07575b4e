/** @param {string} code @param {string} message @param {string} remedy */
function failure(code, message, remedy) {
  return Object.assign(new Error(message), { name: 'Qcow2Error', code, remedy });
}

/** What was written is not as long as the image. */
export function wrongSize(size, expected) {
  const message = `the browser kept ${size} bytes of ${expected}`;
  return failure('sink', message, 'Look whether the disk is full, and save again.');
}

/** The browser never began to download. */
export function notTaken() {
  const remedy = 'Allow this page to download files, reload it and try again; '
    + 'or choose a larger cluster size, which needs no service worker.';
  return failure('sink', 'the browser did not begin the download', remedy);
}
