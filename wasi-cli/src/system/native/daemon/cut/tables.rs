//! A file with tables in it that say where data is.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The largest table of any of the formats, in bytes. There is none that QEMU would open and that is larger.
const LARGEST: u64 = 256 << 20;

/// Why an image is not known to be whole.
#[derive(Debug)]
pub(super) enum Cut {
    /// What should begin at this offset, in bytes, is past the end.
    At(u64),
    /// The file could not be read.
    Unknown(io::Error),
}

/// A file that is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tables<'a> {
    pub(super) file: &'a File,
    /// Where it ends, in bytes.
    pub(super) end: u64,
}

impl Tables<'_> {
    /// A table, which must be there as a whole.
    pub(super) fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Cut> {
        self.has_all(offset, length)?;
        let length = usize::try_from(length.min(LARGEST)).unwrap_or(usize::MAX);
        let mut table = vec![0; length];
        self.file.read_exact_at(&mut table, offset).map_err(Cut::Unknown)?;
        Ok(table)
    }

    /// Makes sure that something lies in the file as a whole.
    pub(super) fn has_all(&self, offset: u64, length: u64) -> Result<(), Cut> {
        if offset.saturating_add(length) > self.end { Err(Cut::At(offset)) } else { Ok(()) }
    }

    /// Makes sure that data begins in the file. The last of it may well end early: the rest is zeros.
    pub(super) fn has(&self, offset: u64) -> Result<(), Cut> {
        if offset >= self.end { Err(Cut::At(offset)) } else { Ok(()) }
    }
}

/// A number, the least significant byte first; 0 where there is none.
pub(super) fn le_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(field(bytes, at))
}

/// A number, the least significant byte first; 0 where there is none.
pub(super) fn le_u64(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(field(bytes, at))
}

/// A number, the most significant byte first; 0 where there is none.
pub(super) fn be_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(field(bytes, at))
}

/// A number, the most significant byte first; 0 where there is none.
pub(super) fn be_u64(bytes: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(field(bytes, at))
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or([0; N])
}
