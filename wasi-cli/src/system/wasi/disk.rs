//! Reading the input.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use rustix::fs::FileType;
use rustix::io::Errno;

use crate::{kind, retry};

/// Opens the input. What it is, is still to be found out. wasmtime tells neither the type nor the size of a
/// block device, nor the type of a pipe, and opening a pipe waits for a writer; so it takes a size to open either.
pub(crate) fn open(path: &Path, has_size: bool) -> io::Result<File> {
    let stat = rustix::fs::stat(path).map_err(|error| io::Error::other(explain(error)))?;
    if kind::of(&stat) == FileType::Unknown && !has_size {
        return Err(io::Error::other(NO_SIZE));
    }
    File::open(path)
}

/// What is not mapped in looks as if it were not there, or not permitted.
fn explain(error: Errno) -> String {
    let sight = "a module sees only the folders that its host maps in, with --dir";
    match error {
        Errno::NOENT | Errno::PERM | Errno::NOTCAPABLE => format!("{error}; {sight}"),
        _ => error.to_string(),
    }
}

/// Reads at an offset, perhaps less than fits. Seeking and reading goes straight into our memory; wasmtime
/// caps `fd_pread` at 64 KiB.
pub(crate) fn read_at(mut file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(offset))?;
    Ok(retry::on_interrupt(|| rustix::io::read(file, &mut *buffer))?)
}

/// WASI knows no holes.
pub(crate) fn next_data(_: &File, _: u64) -> io::Result<Option<Range<u64>>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// WASI does not tell what is in the page cache.
pub(crate) fn read_cached_at(_: &File, _: u64, _: &mut [u8]) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// WASI does not tell.
pub(crate) fn is_in_use(_: &Path) -> bool {
    false
}

/// Whether a block device may look like something unknown.
pub(crate) const MAY_HIDE_TYPE: bool = true;

/// What to do about an input whose size the system doesn't tell.
pub(crate) const NO_SIZE: &str = "it is not a regular file, and WASI tells no more; if it is a block device, \
    say its size with --size BYTES (on Linux: blockdev --getsize64 DEVICE)";
