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
      remedy: 'Check the connection, reload the page, and choose the disk again.',
    });
  }
}
