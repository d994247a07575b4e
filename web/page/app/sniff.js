/**
 * What a file is that is not a raw disk.
 * @typedef {{ what: string, unpack: boolean }} Known `unpack`: with an archiver; else `qemu-img convert` reads it
 */

/** @type {[what: string, offset: number, magic: string][]} */
const IMAGES = [
  ['qcow2', 0, 'QFI\xfb'],
  ['VMDK', 0, 'KDMV'],
  ['VMDK', 0, 'COWD'],
  ['VMDK', 0, '# Disk DescriptorFile'],
  ['VHDX', 0, 'vhdxfile'],
  ['VHD', 0, 'conectix'],
  ['VDI', 0x40, '\x7f\x10\xda\xbe'],
  ['VDI', 0, '<<< '],
  ['QED', 0, 'QED\0'],
  ['Parallels', 0, 'WithoutFreeSpace'],
  ['Parallels', 0, 'WithouFreSpacExt'],
];

/** @type {[what: string, offset: number, magic: string][]} */
const ARCHIVES = [
  ['gzip', 0, '\x1f\x8b'],
  ['xz', 0, '\xfd7zXZ\0'],
  ['zstd', 0, '\x28\xb5\x2f\xfd'],
  ['bzip2', 0, 'BZh'],
  ['LZ4', 0, '\x04\x22\x4d\x18'],
  ['zip', 0, 'PK\x03\x04'],
  ['7z', 0, '7z\xbc\xaf\x27\x1c'],
  ['tar or OVA', 257, 'ustar'],
];

/** What the last sector of some images begins with. @type {[what: string, offset: number, magic: string][]} */
const TRAILERS = [['VHD', 0, 'conectix'], ['DMG', 0, 'koly']];

const SECTOR = 512;

/**
 * Looks at the first and the last sector.
 * @param {Blob} file
 * @returns {Promise<Known | null>}
 */
export async function recognise(file) {
  const [head, tail] = await Promise.all([text(file.slice(0, SECTOR)), text(file.slice(Math.max(0, file.size - SECTOR)))]);
  const image = find(IMAGES, head) ?? find(TRAILERS, tail) ?? oldTrailer(tail);
  if (image) return { what: image, unpack: false };
  const archive = find(ARCHIVES, head);
  return archive ? { what: archive, unpack: true } : null;
}

/** @param {[what: string, offset: number, magic: string][]} table @param {string} bytes */
function find(table, bytes) {
  return table.find(([, offset, magic]) => bytes.startsWith(magic, offset))?.[0];
}

/** VHDs of Virtual PC before 2004 end in 511 bytes. @param {string} tail */
function oldTrailer(tail) {
  return tail.startsWith('conectix', 1) ? 'VHD' : undefined;
}

/** Bytes as characters of the same number. @param {Blob} blob */
async function text(blob) {
  return String.fromCharCode(...new Uint8Array(await blob.arrayBuffer()));
}
