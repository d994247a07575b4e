//! Reading at an offset, big-endian numbers, and looking for nonzero bytes.

use std::io::{Read, Seek, SeekFrom};

use super::error::Error;

const ZEROS: [u8; 4096] = [0; 4096];

/// The big-endian 32-bit number at `at`.
pub(crate) fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// The big-endian 64-bit number at `at`.
pub(crate) fn be64(bytes: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// The table entries that `bytes` hold.
pub(crate) fn entries(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bytes.chunks_exact(8).map(|entry| be64(entry, 0))
}

/// Where the first byte other than zero is.
///
/// Whole blocks are compared at once: that is a `memcmp`, and stays quick in a
/// build without optimisation.
pub(crate) fn first_nonzero(bytes: &[u8]) -> Option<usize> {
    let blocks = bytes.chunks(ZEROS.len()).enumerate();
    for (index, block) in blocks {
        if block != &ZEROS[..block.len()] {
            let within = block.iter().position(|byte| *byte != 0)?;
            return Some(index * ZEROS.len() + within);
        }
    }
    None
}

/// Fills `buf` from `offset`; `what` names the thing in a failure's message.
pub(crate) fn read_at<F: Read + Seek>(
    file: &mut F,
    offset: u64,
    buf: &mut [u8],
    what: &str,
) -> Result<(), Error> {
    let length = buf.len();
    file.seek(SeekFrom::Start(offset))
        .and_then(|_| file.read_exact(buf))
        .map_err(|e| Error::new(format!("cannot read {length} bytes of {what} at {offset}: {e}")))
}

/// Like [`read_at`], but what lies beyond the file's end reads as zeros.
pub(crate) fn read_or_zeros<F: Read + Seek>(
    file: &mut F,
    offset: u64,
    buf: &mut [u8],
    what: &str,
) -> Result<(), Error> {
    let present = length_of(file, what)?.saturating_sub(offset);
    let count = usize::try_from(present).map_or(buf.len(), |present| present.min(buf.len()));
    let (head, tail) = buf.split_at_mut(count);
    tail.fill(0);
    read_at(file, offset, head, what)
}

/// The file's length in bytes.
pub(crate) fn length_of<F: Seek>(file: &mut F, what: &str) -> Result<u64, Error> {
    file.seek(SeekFrom::End(0))
        .map_err(|e| Error::new(format!("cannot find the length of {what}: {e}")))
}

/// Reads `length` bytes into a buffer of their own.
pub(crate) fn read_vec<F: Read + Seek>(
    file: &mut F,
    offset: u64,
    length: u64,
    what: &str,
) -> Result<Vec<u8>, Error> {
    let length = usize::try_from(length).expect("a table fits in memory");
    let mut buf = vec![0; length];
    read_at(file, offset, &mut buf, what)?;
    Ok(buf)
}
