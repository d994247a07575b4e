/** The address of the download before, which the browser has long begun. */
let last;

/**
 * Has the browser save a blob, as if it came from a server. The page never learns how that ends.
 *
 * @param {Blob} blob
 * @param {string} name
 */
export function download(blob, name) {
  URL.revokeObjectURL(last);
  last = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = last;
  link.download = name;
  link.click();
}
