//! What the reader refuses from the first look at a header.

use super::bytes::{be32, be64};
use super::error::{Error, ensure};

/// The incompatible feature: the data are in another file.
pub(crate) const DATA_FILE: u64 = 1 << 2;
/// The autoclear feature: that other file is a raw image by itself.
pub(crate) const DATA_FILE_RAW: u64 = 1 << 1;

const MAGIC: u32 = 0x5146_49fb;

/// A qcow2 image of version 3, neither encrypted nor with snapshots.
pub(crate) fn check_identity(bytes: &[u8]) -> Result<(), Error> {
    let magic = be32(bytes, 0);
    ensure!(magic == MAGIC, "header: magic is {magic:#x}");
    let version = be32(bytes, 4);
    ensure!(version == 3, "header: version is {version}, not 3");
    let crypt = be32(bytes, 32);
    ensure!(crypt == 0, "header: crypt_method is {crypt}, not 0");
    let snapshots = be32(bytes, 60);
    ensure!(snapshots == 0, "header: nb_snapshots is {snapshots}, not 0");
    let offset = be64(bytes, 64);
    ensure!(offset == 0, "header: snapshots_offset is {offset} without snapshots");
    Ok(())
}

/// No feature but the external data file.
pub(crate) fn check_features(bytes: &[u8]) -> Result<(), Error> {
    let (incompatible, autoclear) = (be64(bytes, 72), be64(bytes, 88));
    let refused = incompatible & !DATA_FILE;
    ensure!(refused == 0, "header: incompatible_features has {refused:#x} set");
    let compatible = be64(bytes, 80);
    ensure!(compatible == 0, "header: compatible_features is {compatible:#x}, not 0");
    let refused = autoclear & !DATA_FILE_RAW;
    ensure!(refused == 0, "header: autoclear_features has {refused:#x} set");
    let raw_alone = autoclear != 0 && incompatible == 0;
    ensure!(!raw_alone, "header: autoclear_features has the raw bit without a data file");
    Ok(())
}

/// A known length, and zeros in what may follow the length.
pub(crate) fn check_length(bytes: &[u8]) -> Result<(), Error> {
    let length = be32(bytes, 100);
    ensure!(length == 104 || length == 112, "header: header_length is {length}, not 104 or 112");
    if length == 112 {
        let compression = bytes[104];
        ensure!(compression == 0, "header: compression_type is {compression}, not 0");
        let padding = &bytes[105..112];
        ensure!(padding == [0; 7], "header: the padding is {padding:?}, not zeros");
    }
    Ok(())
}
