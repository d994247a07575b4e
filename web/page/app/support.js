/** A module that makes a vector: `(func (drop (i8x16.splat (i32.const 0))))`. */
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
]);

/**
 * Says in words what this browser lacks.
 * @returns {string | null}
 */
export function missing() {
  if (typeof WebAssembly !== 'object') {
    return 'It has no WebAssembly, or it is switched off; some browsers do that in their strictest security mode. The page needs it to write the image.';
  }
  if (!WebAssembly.validate(SIMD)) {
    return 'Its WebAssembly has no vector instructions (SIMD), which the page needs to look for zeros.';
  }
  if (!moduleWorkers()) {
    return 'It cannot run modules in the background (module workers), where this page reads the disk.';
  }
  return null;
}

/** A browser that knows module workers asks for the type. The address is refused after that, so no worker starts. */
function moduleWorkers() {
  let asked = false;
  try {
    new Worker('http://[', { get type() { asked = true; return /** @type {const} */ ('module'); } });
  } catch { /* The address. */ }
  return asked;
}
