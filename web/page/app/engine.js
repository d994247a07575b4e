/** @typedef {Awaited<ReturnType<typeof import('../qcow2-stream/index.js')['scan']>>} Plan */

/**
 * The package that reads and lays out. Loaded when it is needed: a browser that cannot run it is told so before.
 * @returns {Promise<typeof import('../qcow2-stream/index.js')>}
 */
export async function engine() {
  try {
    return await import('../qcow2-stream/index.js');
  } catch (cause) {
    throw Object.assign(new Error('A part of this page could not be loaded.', { cause }), {
      code: 'worker',
      remedy: 'The connection may be down, or the site may have been updated since the page was opened. Reload the page, and choose the disk again.',
    });
  }
}
