/** Characters that show nothing, or turn the text around them: controls, bidi controls, line separators, byte order mark. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Extensions of raw disks: these give way to .qcow2, any other stays before it. */
const RAW_EXTENSION = /\.(raw|img|dd|bin|ima|image|disk|hdd|iso|001)$/i;

/**
 * A name as it can be shown: what would steer the text is spelled out.
 * @param {string} name
 */
export function visible(name) {
  return name.replace(UNSEEN, (c) => `‹U+${/** @type {number} */ (c.codePointAt(0)).toString(16).toUpperCase().padStart(4, '0')}›`);
}

/** Whether a name shows as what it is. @param {string} name */
export function isPlain(name) {
  return visible(name) === name;
}

/**
 * A name that every system takes for a file. Windows forbids most; QEMU takes a colon for the end of a protocol.
 * @param {string} name
 */
export function fileName(name) {
  const safe = name.replace(UNSEEN, '_').replace(/[<>:"/\\|?*]/g, '_').trim().replace(/\.+$/, '');
  return safe || 'disk';
}

/** The name of the image of a disk. @param {string} disk */
export function imageName(disk) {
  return `${fileName(disk).replace(RAW_EXTENSION, '') || 'disk'}.qcow2`;
}

/** The same name with or without .gz. @param {string} name @param {boolean} gzip */
export function withGzip(name, gzip) {
  const bare = name.trim().replace(/\.gz$/i, '');
  return gzip ? `${bare}.gz` : bare;
}

/**
 * A name as one word of a command.
 * @param {string} name
 * @param {boolean} windows
 */
export function quoted(name, windows) {
  const path = name.startsWith('-') || name.includes(':') ? `./${name}` : name;
  if (/^[\w./+@-]+$/.test(path)) return path;
  // Windows' names have no double quotes; elsewhere single ones keep all but themselves.
  return windows ? `"${path}"` : `'${path.replaceAll("'", `'\\''`)}'`;
}
