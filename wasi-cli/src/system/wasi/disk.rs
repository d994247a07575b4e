//! Reading the input.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use rustix::fs::FileType;
use rustix::io::retry_on_intr;

use crate::kind;

/// Opens the input. What it is, is still to be found out. wasmtime tells neither the type nor the size of a
/// block device, nor the type of a pipe, and opening a pipe waits for a writer; so it takes a size to open either.
pub(crate) fn open(path: &Path, has_size: bool) -> io::Result<File> {
    let kind = kind::of(&rustix::fs::stat(path)?);
    if kind == FileType::Unknown && !has_size {
        return Err(io::Error::other(NO_SIZE));
    }
    File::open(path)
}

/// Reads at an offset, perhaps less than fits. Seeking and reading goes straight into our memory; wasmtime
/// caps `fd_pread` at 64 KiB.
pub(crate) fn read_at(mut file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(offset))?;
    Ok(retry_on_intr(|| rustix::io::read(file, &mut *buffer))?)
}

/// WASI knows no holes.
pub(crate) fn next_data(_: &File, _: u64) -> io::Result<Option<Range<u64>>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// WASI does not tell what is in the page cache.
pub(crate) fn read_cached_at(_: &File, _: u64, _: &mut [u8]) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether a block device may look like something unknown.
pub(crate) const MAY_HIDE_TYPE: bool = true;

/// What to do about an input whose size the system doesn't tell.
pub(crate) const NO_SIZE: &str = "it is not a regular file, and WASI tells no more; if it is a block device, \
    say its size with --size BYTES (on Linux: blockdev --getsize64 DEVICE)";
