// What a file may be that is not a raw disk: one table, as data. What disks begin with by themselves has no place in it.

/** What must stand in a file's first 4 KiB, or `end`: in its last 512 bytes. @typedef {[offset: number, bytes: string][]} Magic */

/** Disk images that the command-line tool reads. @type {{ what: string, format: string, at?: Magic, end?: Magic }[]} */
export const IMAGES = [
  { what: 'a qcow image', format: 'qcow', at: [[0, 'QFI\xfb\0\0\0\x01']] },
  { what: 'a qcow2 image', format: 'qcow2', at: [[0, 'QFI\xfb']] },
  { what: 'a QED image', format: 'qed', at: [[0, 'QED\0']] },
  { what: 'a VMDK image', format: 'vmdk', at: [[0, 'KDMV']] },
  { what: 'a VMDK image', format: 'vmdk', at: [[0, 'COWD']] },
  { what: 'a VMDK image', format: 'vmdk', at: [[0, '# Disk DescriptorFile']] },
  { what: 'a VHDX image', format: 'vhdx', at: [[0, 'vhdxfile']] },
  { what: 'a VHD image', format: 'vpc', at: [[0, 'conectix']] },
  { what: 'a VHD image', format: 'vpc', end: [[0, 'conectix']] },
  // Those of Virtual PC before 2004 end in 511 bytes.
  { what: 'a VHD image', format: 'vpc', end: [[1, 'conectix']] },
  { what: 'a VDI image', format: 'vdi', at: [[0x40, '\x7f\x10\xda\xbe']] },
  { what: 'a VDI image', format: 'vdi', at: [[0, '<<< ']] },
  { what: 'a Parallels image', format: 'parallels', at: [[0, 'WithoutFreeSpace']] },
  { what: 'a Parallels image', format: 'parallels', at: [[0, 'WithouFreSpacExt']] },
  { what: 'a Bochs image', format: 'bochs', at: [[0, 'Bochs Virtual HD Image']] },
  { what: 'a cloop image', format: 'cloop', at: [[0, '#!/bin/sh\n#V2.0 Format\n']] },
  { what: 'a DMG image', format: 'dmg', end: [[0, 'koly']] },
];

/**
 * Archives and compressed files, and the command that unpacks them; `>` if to its standard output.
 * @type {{ what: string, unpack: string, at: Magic }[]}
 */
export const ARCHIVES = [
  { what: 'a gzip archive', unpack: 'gzip -dc >', at: [[0, '\x1f\x8b\x08']] },
  { what: 'a compress (.Z) archive', unpack: 'gzip -dc >', at: [[0, '\x1f\x9d\x90']] },
  { what: 'an xz archive', unpack: 'xz -dc >', at: [[0, '\xfd7zXZ\0']] },
  { what: 'an LZMA archive', unpack: 'xz -dc >', at: [[0, '\x5d\0\0'], [5, '\xff\xff\xff\xff\xff\xff\xff\xff\0']] },
  { what: 'a zstd archive', unpack: 'zstd -dc >', at: [[0, '\x28\xb5\x2f\xfd']] },
  { what: 'a bzip2 archive', unpack: 'bzip2 -dc >', at: [[0, 'BZh'], [4, '1AY&SY']] },
  { what: 'a bzip2 archive', unpack: 'bzip2 -dc >', at: [[0, 'BZh'], [4, '\x17\x72\x45\x38\x50\x90']] },
  { what: 'an LZ4 archive', unpack: 'lz4 -dc >', at: [[0, '\x04\x22\x4d\x18']] },
  { what: 'an LZ4 archive', unpack: 'lz4 -dc >', at: [[0, '\x02\x21\x4c\x18']] },
  { what: 'an lzip archive', unpack: 'lzip -dc >', at: [[0, 'LZIP\x01']] },
  { what: 'an lzop archive', unpack: 'lzop -dc >', at: [[0, '\x89LZO\0\r\n\x1a\n']] },
  { what: 'a zip archive', unpack: 'unzip', at: [[0, 'PK\x03\x04']] },
  { what: 'an empty zip archive', unpack: 'unzip', at: [[0, 'PK\x05\x06']] },
  { what: 'a 7z archive', unpack: '7z x', at: [[0, '7z\xbc\xaf\x27\x1c']] },
  { what: 'a RAR archive', unpack: '7z x', at: [[0, 'Rar!\x1a\x07']] },
  { what: 'a cabinet (.cab) archive', unpack: '7z x', at: [[0, 'MSCF\0\0\0\0']] },
  { what: 'a tar archive (OVA is one, too)', unpack: 'tar -xkf', at: [[257, 'ustar']] },
];

/** What only other programs make a raw disk of. @type {{ what: string, remedy: string, at?: Magic, end?: Magic }[]} */
export const OTHERS = [
  { what: 'an Android sparse image', remedy: 'Convert it with simg2img first.', at: [[0, '\x3a\xff\x26\xed']] },
  { what: 'an EnCase (E01) image', remedy: 'Export it as raw first, with ewfexport for one.', at: [[0, 'EVF\t\r\n\xff\0']] },
  { what: 'an EnCase (Ex01) image', remedy: 'Export it as raw first, with a forensic program that reads Ex01.', at: [[0, 'EVF2\r\n\x81\0']] },
  { what: 'an EnCase (L01) container', remedy: 'It holds files, and no disk.', at: [[0, 'LVF\t\r\n\xff\0']] },
  { what: 'an AFF image', remedy: 'Convert it with affconvert first.', at: [[0, 'AFF10\r\n\0']] },
  { what: 'a partclone image', remedy: 'Restore it into a raw file with partclone.restore first. It holds one partition.', at: [[0, 'partclone-image']] },
  { what: 'a Partimage image', remedy: 'Restore it with partimage first. It holds one partition.', at: [[0, 'PaRtImAgE-VoLuMe']] },
  { what: 'a Norton Ghost image', remedy: 'Restore it with Ghost first, onto a disk or into a raw file.', at: [[0, '\xfe\xef\x01']] },
  { what: 'a Windows (WIM) image', remedy: 'It holds files, and no disk: apply it to a disk first, with DISM or wimapply.', at: [[0, 'MSWIM\0\0\0']] },
  { what: 'a Windows (WIM) image', remedy: 'It holds files, and no disk: apply it to a disk first, with wimapply.', at: [[0, 'WLPWM\0\0\0']] },
  { what: 'a Proxmox (VMA) backup', remedy: 'Extract it with vma first, then choose the disk in it.', at: [[0, 'VMA\0\0\0\0\x01']] },
  { what: 'an Apple sparse image', remedy: 'Convert it with hdiutil on a Mac first.', at: [[0, 'sprs']] },
  { what: 'an encrypted DMG image', remedy: 'Decrypt it with hdiutil on a Mac first.', at: [[0, 'encrcdsa']] },
  { what: 'an encrypted DMG image', remedy: 'Decrypt it with hdiutil on a Mac first.', end: [[504, 'cdsaencr']] },
  { what: 'a CHD image', remedy: 'Extract it with chdman first.', at: [[0, 'MComprHD']] },
];

/** What is left where a download has failed. `small`: only of files of a few KiB, that are text throughout. */
export const TEXTS = [
  { what: 'a Git LFS pointer', remedy: 'It stands for a file that was not fetched: run git lfs pull, and choose it again.', begins: /^version https:\/\/git-lfs\.github\.com\/spec\// },
  { what: 'a web page (HTML)', remedy: 'The download has probably failed. Open the file in a browser to see what it says, and download the disk again.', begins: /^(<!--|<!doctype html|<html|<head|<body)/i },
  { what: 'an XML document', remedy: 'The download has probably failed. Open the file in an editor to see what it says, and download the disk again.', begins: /^(<\?xml|<Error>)/i },
  { what: 'a text', remedy: 'The download has probably failed. Open the file in an editor to see what it says, and download the disk again.', begins: /./, small: true },
];
