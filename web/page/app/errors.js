import { visible } from './names.js';

/** What an error means to whoever uses the page. @typedef {[message: string, remedy: string]} Words */

/** The browser's own errors, by name. @type {Record<string, Words>} */
const BROWSER = {
  NotFoundError: ['The file is no longer where it was.', 'If it was moved or renamed, choose it again.'],
  NotReadableError: ['The browser can no longer read the disk’s file.',
    'It changed since it was chosen, or the browser may not read it. Close the programs that use it, then choose it again.'],
  QuotaExceededError: ['There is not enough space for the image.', 'Free some space, or choose another place, then save again.'],
  NotAllowedError: ['The browser did not allow it.', 'Try again, and allow the page to save the file if the browser asks.'],
  AbortError: ['The browser stopped saving.', 'See whether the disk is full or the browser has blocked the download, then try again.'],
  SecurityError: ['The browser does not allow it for this page.', 'Try another browser, or open the page by its https address.'],
};

/** The errors of the package that this page is built on, by code. An empty remedy is the package's own. @type {Record<string, Words>} */
const PACKAGE = {
  'bad-option': ['One of the options has a value that it can’t have.', 'Change it under “Options”.'],
  refused: ['No qcow2 image with these options can hold this disk.', ''],
  'source-unreadable': ['The browser could not read the disk.',
    'Check that its drive is still connected, close the programs that use the file, then choose it again.'],
  'source-changed': ['The disk has changed since it was chosen.',
    'Close the programs that write to it, a virtual machine for one, then scan it again.'],
  sink: ['The browser could not write the image.', 'See whether there is enough space and whether the browser may save there, then save again.'],
  'out-of-memory': ['The browser ran out of memory.', 'Close other tabs, or choose a larger cluster size under “Options”, then try again.'],
  worker: ['A part of this page could not be started.', 'Check the connection, reload the page, and choose the disk again.'],
  defect: ['This page has made a mistake.', 'Try again. If it happens again, please report it, with the details.'],
};

/** @type {Words} */
const OTHER = ['Something went wrong.', 'Try again. If it fails again, reload the page, or use the command-line tool qcow2-to-stdout.'];

/**
 * What failed, in a sentence; what to do; and what the program says of it.
 * @param {any} error
 * @returns {{ message: string, remedy: string, detail: string, code: string }}
 */
export function explain(error) {
  const code = typeof error?.code === 'string' ? error.code : '';
  const [message, remedy] = byBrowser(error) ?? error?.words ?? PACKAGE[code] ?? OTHER;
  return { message, remedy: remedy || sentence(error.remedy), detail: detail(error), code };
}

/** What the browser has said, to the page itself or to the package. @param {any} error @returns {Words | undefined} */
function byBrowser(error) {
  if (error instanceof DOMException) return BROWSER[error.name];
  return error?.cause === undefined ? undefined : byBrowser(error.cause);
}

/** The error's own text, and that of its causes where it doesn't have them. @param {any} error */
function detail(error) {
  const texts = [];
  for (let cause = error; cause !== undefined && cause !== null; cause = cause.cause) {
    const text = visible(String(cause.message || cause).trim());
    if (!texts.some((before) => before.includes(text))) texts.push(text);
  }
  return texts.join('\n');
}

/** Programs end messages as they like; on a page they are sentences. @param {string} text */
function sentence(text) {
  const words = visible((text ?? '').trim());
  return words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?…]$/.test(words) ? '' : '.');
}

/** @param {any} error */
export function isAbort(error) {
  return error?.name === 'AbortError';
}
