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
 * Characters that a browser or a system puts others in place of. Windows forbids most; QEMU takes a colon for the end of a
 * protocol, Firefox a percent sign for the beginning of a variable, and Chromium a tilde in front for a home.
 */
const REPLACED = /[\p{Cf}<>:"/\\|?*%]|^~/gu;

/** Names that stand for devices on Windows, whatever comes after a dot. */
const DEVICE = /^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?=\.|$)/i;

/** How long a name may be, in bytes: Linux allows 255, of which browsers want some while they write. */
const LONGEST = 200;

/**
 * A name that every browser keeps and every system takes for a file. Browsers cut dots off in front, and Firefox takes all
 * spaces for one.
 * @param {string} name
 */
export function fileName(name) {
  const safe = name.replace(/\s+/g, ' ').replace(UNSEEN, '_').replace(REPLACED, '_');
  return shortened(safe.replace(/^[. ]+|[. ]+$/g, '').replace(DEVICE, '_$&')) || 'disk';
}

/** The name of the image of a disk. @param {string} disk */
export function imageName(disk) {
  return fileName(`${fileName(disk).replace(RAW_EXTENSION, '') || 'disk'}.qcow2`);
}

/** A name that is not too long, with the end that tells its kind. @param {string} name */
function shortened(name) {
  const [, start, end] = /** @type {string[]} */ (name.match(/^(.*?)((?:\.\w{1,5}){0,2})$/su));
  const letters = [...start];
  while (length(letters.join('') + end) > LONGEST) letters.pop();
  return letters.join('') + end;
}

/** In bytes. @param {string} name */
function length(name) {
  return new TextEncoder().encode(name).length;
}

/** The same name with or without .gz. @param {string} name @param {boolean} gzip */
export function withGzip(name, gzip) {
  const bare = name.trim().replace(/\.gz$/i, '');
  return gzip ? `${bare}.gz` : bare;
}

/** What Windows' shells put something else in place of, even within double quotes: PowerShell runs $(…), and ends at curly ones. */
const EXPANDED = /[$`%!"\u201c-\u201e]/;

/**
 * A name as one word of a command. What would show or work as something else is left for the reader to fill in.
 * @param {string} name
 * @param {boolean} windows
 */
export function quoted(name, windows) {
  if (!isPlain(name) || (windows && EXPANDED.test(name))) return 'FILE';
  const path = name.startsWith('-') || name.includes(':') ? `./${name}` : name;
  if (/^[\w./+-][\w./+@-]*$/.test(path)) return path;
  // Windows' names have no double quotes; elsewhere single ones keep all but themselves.
  return windows ? `"${path}"` : `'${path.replaceAll("'", `'\\''`)}'`;
}
