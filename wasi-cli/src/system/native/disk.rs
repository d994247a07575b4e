//! Reading the input.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, SeekFrom, open as open_file, seek, stat};
use rustix::io::{Errno, pread};

use crate::{kind, retry};

/// Opens the input. What it is, is still to be found out.
pub(crate) fn open(path: &Path, _has_size: bool) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::CLOEXEC;
    let flags = match kind::of(&retry::on_interrupt(|| stat(path))?) {
        FileType::RegularFile | FileType::BlockDevice => flags,
        // Opening a pipe would wait for a writer.
        _ => flags | OFlags::NONBLOCK,
    };
    Ok(File::from(retry::on_interrupt(|| open_file(path, flags, Mode::empty()))?))
}

/// Reads at an offset, perhaps less than fits.
pub(crate) fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    Ok(retry::on_interrupt(|| pread(file, &mut *buffer, offset))?)
}

/// The first range at or after `offset` that is not a hole. An error if the file system doesn't know.
pub(crate) fn next_data(file: &File, offset: u64) -> io::Result<Option<Range<u64>>> {
    let find = |to| match retry::on_interrupt(|| seek(file, to)) {
        Ok(found) => Ok(Some(found)),
        Err(Errno::NXIO) => Ok(None),
        Err(error) => Err(error),
    };
    let Some(start) = find(SeekFrom::Data(offset))? else {
        return Ok(None);
    };
    Ok(Some(start..find(SeekFrom::Hole(start))?.unwrap_or(u64::MAX)))
}

/// Reads at an offset, but only what is in the page cache. An error if the system can't tell.
#[cfg(target_os = "linux")]
pub(crate) fn read_cached_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    use rustix::io::{IoSliceMut, ReadWriteFlags, preadv2};
    match preadv2(file, &mut [IoSliceMut::new(buffer)], offset, ReadWriteFlags::NOWAIT) {
        Err(Errno::AGAIN | Errno::INTR) => Ok(0),
        read => Ok(read?),
    }
}

/// Only Linux can tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn read_cached_at(_: &File, _: u64, _: &mut [u8]) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether a block device is mounted, or otherwise claimed by the system.
#[cfg(target_os = "linux")]
pub(crate) fn is_in_use(path: &Path) -> bool {
    // Without O_CREAT, O_EXCL has a meaning for block devices only.
    let is_device = stat(path).is_ok_and(|stat| kind::of(&stat) == FileType::BlockDevice);
    let flags = OFlags::RDONLY | OFlags::EXCL | OFlags::CLOEXEC;
    is_device && matches!(open_file(path, flags, Mode::empty()), Err(Errno::BUSY))
}

/// Only Linux can tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_in_use(_: &Path) -> bool {
    false
}

/// Whether a block device may look like something unknown.
pub(crate) const MAY_HIDE_TYPE: bool = false;

/// What to do about an input whose size the system doesn't tell.
pub(crate) const NO_SIZE: &str = "the system does not tell its size; say it with --size BYTES";
