import { exact, plural } from './format.js';
import { fileName, imageName, visible } from './names.js';
import { recognise } from './sniff.js';
import { command, windows } from './verify.js';

/**
 * Why a file is not simply converted.
 * @typedef {object} Problem
 * @property {string} heading
 * @property {string} message
 * @property {string} remedy
 * @property {string} [command]
 * @property {string} [detail] what the program says, for whoever wants to know
 * @property {boolean} [doubt] it can be converted all the same
 */

/**
 * What is wrong with what was dropped or picked, as far as can be told without reading it.
 * @param {import('./drop.js').Dropped} dropped
 * @returns {Problem | null}
 */
export function unfit({ files, folders }) {
  if (files.length + folders.length > 1) {
    return {
      heading: 'One disk at a time',
      message: `You dropped ${listed(files.length, folders.length)} at once. An image holds one disk.`,
      remedy: 'Choose one file. If the disk is in several pieces, join them first, in their order.',
    };
  }
  if (folders.length) {
    return {
      heading: 'That is a folder',
      message: `“${visible(folders[0])}” is a folder, not the file of a disk.`,
      remedy: 'Open the folder and choose the file of the disk in it.',
    };
  }
  if (!files.length) {
    return {
      heading: 'That is not a file',
      message: 'What was dropped is not a file that the browser can read.',
      remedy: 'Save it as a file on this computer first, or choose it with the button.',
    };
  }
  return null;
}

/** "2 files and 1 folder". @param {number} files @param {number} folders */
function listed(files, folders) {
  const counts = [files && plural(files, 'file', 'files'), folders && plural(folders, 'folder', 'folders')];
  return counts.filter(Boolean).join(' and ');
}

/**
 * What is odd about a file.
 * @param {File} file
 * @returns {Promise<Problem | null>}
 */
export async function suspicion(file) {
  const name = visible(file.name);
  if (file.size === 0) {
    return {
      heading: 'The file is empty',
      message: `“${name}” has ${exact(0)}. The result would be an image of a disk without a single sector.`,
      remedy: 'Look whether it is the right file, and complete. A device such as /dev/sdb shows as empty here: use the command-line tool for it.',
      doubt: true,
    };
  }
  const known = await recognise(file);
  return known && {
    heading: 'This is not a raw disk',
    message: `“${name}” looks like ${known.what}, not a raw disk. An image made of it would hold that file in place of a disk, and no machine could start from it.`,
    ...wayOut(known, file.name),
    doubt: true,
  };
}

/**
 * What to do with what is no raw disk.
 * @param {import('./sniff.js').Known} known
 * @param {string} name
 */
function wayOut({ format, unpack, remedy = '' }, name) {
  if (format) {
    return {
      remedy: `${format === 'qcow2' ? 'If it is a qcow2 image, QEMU can use it as it is. To convert it all the same, take' : 'To convert it, take'} the command-line tool qcow2-to-stdout, which comes with the source of this page and needs QEMU’s qemu-storage-daemon:`,
      command: `${command(`qcow2-to-stdout -f ${format}`, name)} ${command('-o', imageName(name))}`,
    };
  }
  if (!unpack) return { remedy };
  if (windows) return { remedy: 'Unpack it first, with 7-Zip for one, then choose the disk that was in it.' };
  const [program, through] = unpack.split(' >');
  return {
    remedy: 'Unpack it first, then choose the disk that was in it:',
    command: command(program, name) + (through === undefined ? '' : ` ${command('>', fileName(`${name}.raw`))}`),
  };
}
