//! The input: a raw file, or a block device.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

use qcow2_stream::ReadAt;
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{FileType, Mode, OFlags, SeekFrom, fstat, open, seek};
use rustix::io::{Errno, pread, retry_on_intr};

use crate::stamp::{Change, Stamp};

/// Why the input could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    /// The system says so.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no longer the disk that it was when it was opened.
    #[error("{0}")]
    Changed(Change),
}

/// A file that must stay as it was when it was opened.
#[derive(Debug)]
pub(crate) struct FileSource {
    file: File,
    stamp: Stamp,
    /// Whether the system can say where the holes are.
    knows_holes: bool,
    /// Whether the system can say what is in its cache.
    knows_cache: bool,
}

impl FileSource {
    /// Opens a regular file or a block device.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        // Without O_NONBLOCK, opening a pipe would wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(retry_on_intr(|| open(path, flags, Mode::empty()))?);
        check_type(FileType::from_raw_mode(fstat(&file)?.st_mode))?;
        let stamp = Stamp::of(&file)?;
        Ok(Self { file, stamp, knows_holes: true, knows_cache: true })
    }

    /// Makes sure that the file is as it was when it was opened.
    pub(crate) fn verify(&self) -> Result<(), SourceError> {
        match self.stamp.compare(&Stamp::of(&self.file)?) {
            None => Ok(()),
            Some(change) => Err(SourceError::Changed(change)),
        }
    }

    /// Asks for the next byte after a hole, or the next hole; `None` if there is none up to the end.
    fn seek(&self, to: SeekFrom) -> Result<Option<u64>, Errno> {
        match retry_on_intr(|| seek(&self.file, to)) {
            Ok(offset) => Ok(Some(offset)),
            Err(Errno::NXIO) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl AsFd for FileSource {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl ReadAt for FileSource {
    type Error = SourceError;

    fn size(&mut self) -> Result<u64, SourceError> {
        Ok(self.stamp.size)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let read = retry_on_intr(|| pread(&self.file, &mut *buffer, offset));
        // A change explains a failure, and it must be known before these bytes go anywhere.
        self.verify()?;
        Ok(read.map_err(io::Error::from)?)
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, SourceError> {
        if !self.knows_holes {
            return Ok(Some(offset..self.stamp.size));
        }
        let data = self.seek(SeekFrom::Data(offset));
        let Ok(data) = data else {
            // Not every file system knows; none can be wrong about all of it being data.
            self.knows_holes = false;
            return Ok(Some(offset..self.stamp.size));
        };
        let Some(start) = data else {
            return Ok(None);
        };
        let end = self.seek(SeekFrom::Hole(start)).ok().flatten();
        Ok(Some(start..end.unwrap_or(self.stamp.size)))
    }

    fn read_cached_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        if !self.knows_cache {
            return Ok(0);
        }
        match cached::read_at(&self.file, offset, buffer) {
            Ok(read) => Ok(read),
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            // Whatever it is, an ordinary read will tell.
            Err(_) => {
                self.knows_cache = false;
                Ok(0)
            }
        }
    }
}

/// Reads that do not wait for a device.
mod cached {
    use rustix::fd::AsFd;
    use rustix::io::Errno;

    #[cfg(target_os = "linux")]
    pub(super) fn read_at(file: impl AsFd, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
        use rustix::io::{IoSliceMut, ReadWriteFlags, preadv2};
        preadv2(file, &mut [IoSliceMut::new(buffer)], offset, ReadWriteFlags::NOWAIT)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn read_at(_: impl AsFd, _: u64, _: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::NOSYS)
    }
}

/// Only what can be read twice, at any offset.
fn check_type(kind: FileType) -> io::Result<()> {
    let what = match kind {
        FileType::RegularFile | FileType::BlockDevice => return Ok(()),
        FileType::Directory => "it is a directory",
        FileType::Fifo => "it is a pipe, and a disk must be read twice; save it to a file first",
        FileType::Socket => {
            "it is a socket, and a disk must be read twice; save it to a file first"
        }
        _ => "it is neither a regular file nor a block device",
    };
    Err(io::Error::other(what))
}
