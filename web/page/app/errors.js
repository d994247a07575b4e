import { visible } from './names.js';

/** What errors of the browser mean here. @type {Record<string, [message: string, remedy: string]>} */
const BROWSER = {
  NotFoundError: ['The file is no longer where it was.', 'If it was moved or renamed, choose it again.'],
  NotReadableError: ['The browser can no longer read the file.',
    'It changed since it was chosen, or it may not be read. Close the programs that use it, and choose it again.'],
  QuotaExceededError: ['There is not enough space for the image.', 'Free some space, or choose another place, then save again.'],
  NotAllowedError: ['The browser did not allow it.', 'Try again, and allow the page to save the file if the browser asks.'],
  AbortError: ['The browser broke off.', 'Look whether the disk is full, or whether the browser reports a blocked download, then try again.'],
  SecurityError: ['The browser does not allow it for this page.', 'Try another browser, or open the page by its https address.'],
};

/**
 * What failed, and what to do.
 * @param {any} error
 * @returns {{ message: string, remedy: string, code: string }}
 */
export function explain(error) {
  const code = typeof error?.code === 'string' ? error.code : '';
  if (error?.remedy) return { message: sentence(error.message), remedy: sentence(error.remedy), code };
  const known = error instanceof DOMException && BROWSER[error.name];
  if (known) return { message: known[0], remedy: known[1], code };
  return {
    message: sentence(error?.message || String(error)),
    remedy: 'Try again. If it fails again, reload the page, or use the command-line tool qcow2-to-stdout.',
    code,
  };
}

/** Programs end messages as they like; on a page they are sentences. @param {string} text */
function sentence(text) {
  const words = visible(text.trim());
  return words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?…]$/.test(words) ? '' : '.');
}

/** @param {any} error */
export function isAbort(error) {
  return error?.name === 'AbortError';
}
