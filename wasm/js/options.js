// What callers hand in, which may be anything.

import { badOption } from './errors.js';

/**
 * The options of these names, each read once. `null` counts as left out. A getter may throw.
 *
 * @template {string} N
 * @param {any} options
 * @param {readonly N[]} names
 * @returns {Record<N, any>}
 */
export function given(options, names) {
  const read = (name) => {
    try {
      return options?.[name] ?? undefined;
    } catch (cause) {
      throw badOption(name, 'readable', cause);
    }
  };
  return /** @type {any} */ (Object.fromEntries(names.map((name) => [name, read(name)])));
}

/**
 * Whether something is of a class of the browser's, of this realm or of another, such as that of a frame: it has what
 * the getter of a property looks for.
 *
 * @param {any} prototype
 * @param {string} property
 * @param {any} value
 */
export function is(prototype, property, value) {
  try {
    Object.getOwnPropertyDescriptor(prototype, property)?.get?.call(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * A whole number within limits.
 *
 * @param {string} name
 * @param {any} value
 * @param {number} least
 * @param {number} most
 */
export function whole(name, value, least, most) {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw badOption(name, `a whole number from ${least} to ${most}`);
  }
  return value;
}

/**
 * The name and the kind of a data file, if there is to be one.
 *
 * @param {any} dataFile
 * @returns {{ name: string, raw: boolean } | undefined}
 */
export function dataFileOf(dataFile) {
  if (dataFile === undefined) {
    return undefined;
  }
  const { name, raw } = given(dataFile, ['name', 'raw']);
  if (typeof name !== 'string') {
    throw badOption('dataFile', 'an object with a name, which is a string');
  }
  // The image would get another name: half a surrogate pair has no UTF-8.
  if (/\p{Surrogate}/u.test(name)) {
    throw badOption('dataFile', 'an object with a name in Unicode: there is half a surrogate pair in it');
  }
  return { name, raw: Boolean(raw) };
}

/**
 * A module that the caller has compiled, maybe in another realm.
 *
 * @param {any} module
 * @returns {WebAssembly.Module | undefined}
 */
export function moduleOf(module) {
  if (module === undefined) {
    return undefined;
  }
  try {
    // Throws for whatever else there is.
    WebAssembly.Module.exports(module);
    return module;
  } catch (cause) {
    throw badOption('module', 'a WebAssembly.Module', cause);
  }
}

/**
 * Where a file is: a string, a `URL`, or what a policy of trusted types has made of one. Relative ones count from the
 * page, as everywhere.
 *
 * @param {string} name
 * @param {any} url
 */
export function urlOf(name, url) {
  if (url === undefined) {
    return undefined;
  }
  const isTrusted = globalThis.trustedTypes?.isScriptURL(url);
  if (typeof url !== 'string' && !is(URL.prototype, 'href', url) && !isTrusted) {
    throw badOption(name, 'a string or a URL');
  }
  try {
    const absolute = new URL(String(url), globalThis.document?.baseURI ?? location.href);
    return isTrusted ? url : absolute;
  } catch (cause) {
    throw badOption(name, 'a valid URL', cause);
  }
}
