//! A raw file, or a block device, as the input.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use qcow2_stream::ReadAt;
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{FileType, Stat, fstat};

use crate::kind;
use crate::settle;
use crate::stamp::{Change, Stamp};
#[cfg(target_os = "linux")]
use crate::system::outlet::Outlet;
use crate::system::{daemon, disk, nbd};

/// Why the input could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    /// The system says so.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The connection to an NBD server failed, or the server did.
    #[error(transparent)]
    Nbd(#[from] nbd::Error),
    /// It is no longer the disk that it was when it was opened.
    #[error("{change}")]
    Changed {
        /// A file that it names, if that is the one that changed.
        other: Option<PathBuf>,
        /// How.
        change: Change,
    },
    /// The daemon that reads it has failed.
    #[error(transparent)]
    Daemon(#[from] daemon::Error),
}

/// A file that must stay as it was when it was opened. Its clones read the same open file.
#[derive(Clone, Debug)]
pub(crate) struct FileSource {
    file: Arc<File>,
    stamp: Stamp,
    /// Where the disk ends, in bytes: at the end of the file, or after it.
    size: u64,
    /// Where the file ends. After that, the disk has zeros.
    end: u64,
    /// Whether the system can say where the holes are.
    knows_holes: bool,
    /// Whether the system can say what is in its cache.
    knows_cache: bool,
    /// Up to where nothing more is asked of the cache, after something was not in it.
    cold: u64,
}

/// How much is read in one go, in bytes, where the cache did not have the beginning: looking at single pages, each
/// would be waited for, and what the second pass needs would still not be there.
const COLD: u64 = 16 << 20;

impl FileSource {
    /// Opens a regular file or a block device. `has_size` says that the user vouches for its size.
    pub(crate) fn open(path: &Path, has_size: bool) -> io::Result<Self> {
        let file = disk::open(path, has_size)?;
        check_type(&fstat(&file)?)?;
        let stamp = settle::first_look(&file)?;
        let end = stamp.size.unwrap_or(0);
        // So do the files that the kernel makes up while they are read, as in /proc.
        if stamp.size == Some(0) && disk::read_at(&file, 0, &mut [0])? > 0 {
            return Err(io::Error::other(
                "it has data, but says that its size is 0; save it to a file first",
            ));
        }
        let file = Arc::new(file);
        Ok(Self { file, stamp, size: end, end, knows_holes: true, knows_cache: true, cold: 0 })
    }

    /// The same file, but all of it counts as data.
    #[cfg(not(target_os = "wasi"))]
    pub(crate) fn without_holes(&self) -> Self {
        Self { knows_holes: false, ..self.clone() }
    }

    /// Settles the size of the disk, in bytes, if the user gives one. A file may be shorter, not longer.
    pub(crate) fn set_size(&mut self, size: Option<u64>) -> Result<(), String> {
        match (size, self.stamp.size) {
            (None, None) => return Err(disk::NO_SIZE.to_owned()),
            (None, Some(_)) => {}
            (Some(size), Some(end)) if size >= end => self.size = size,
            (Some(size), None) if self.ends_by(size)? => (self.size, self.end) = (size, size),
            (Some(size), end) => {
                let end = end.map_or(String::from("more"), |end| format!("{end}"));
                return Err(format!(
                    "it has {end} bytes; with --size {size} the rest would be lost"
                ));
            }
        }
        Ok(())
    }

    /// Whether a file that doesn't tell its size has no byte at `size`.
    fn ends_by(&self, size: u64) -> Result<bool, String> {
        let read = disk::read_at(&self.file, size, &mut [0]);
        read.map(|read| read == 0)
            .map_err(|error| format!("reading at offset {size} failed: {error}"))
    }

    /// What it looked like when it was opened.
    pub(crate) const fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Makes sure that the file is as it was when it was opened.
    pub(crate) fn verify(&self) -> Result<(), SourceError> {
        match self.stamp.compare(&Stamp::of(&self.file)?) {
            None => Ok(()),
            Some(change) => Err(SourceError::Changed { other: None, change }),
        }
    }
}

#[cfg(target_os = "linux")]
impl FileSource {
    /// Moves bytes of `range` to an output, from its beginning on, and returns how many, or 0 if they are to be read and
    /// written. `left` is how many bytes of the image are still to come.
    pub(crate) fn pass_on(
        &self,
        range: Range<u64>,
        outlet: &Outlet<'_>,
        left: u64,
    ) -> Result<u64, SourceError> {
        let moved = outlet.take(&self.file, range.start..range.end.min(self.end), left);
        // A change explains a failure.
        self.verify()?;
        Ok(moved)
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
        Ok(self.size)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let length = at_most(buffer.len(), self.end.saturating_sub(offset));
        if length == 0 {
            let zeros = at_most(buffer.len(), self.size.saturating_sub(offset));
            buffer[..zeros].fill(0);
            return Ok(zeros);
        }
        let read = disk::read_at(&self.file, offset, &mut buffer[..length]);
        // A change explains a failure, and it must be known before these bytes go anywhere.
        self.verify()?;
        Ok(read?)
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, SourceError> {
        if self.knows_holes {
            match disk::next_data(&self.file, offset) {
                Ok(data) => return Ok(data),
                // Not every file system knows; none can be wrong about all of it being data.
                Err(_) => self.knows_holes = false,
            }
        }
        Ok(Some(offset..self.end).filter(|data| !data.is_empty()))
    }

    fn read_cached_at(
        &mut self,
        offset: u64,
        _stride: u64,
        buffer: &mut [u8],
    ) -> Result<usize, SourceError> {
        if !self.knows_cache || offset < self.cold {
            return Ok(0);
        }
        let read = disk::read_cached_at(&self.file, offset, buffer);
        // Whatever is wrong, an ordinary read will tell.
        self.knows_cache = read.is_ok();
        let read = read.unwrap_or(0);
        if read == 0 {
            self.cold = offset.saturating_add(COLD);
        }
        Ok(read)
    }
}

/// Only what can be read twice, at any offset.
fn check_type(stat: &Stat) -> io::Result<()> {
    let kind = kind::of(stat);
    let readable = match kind {
        FileType::RegularFile | FileType::BlockDevice => true,
        FileType::Unknown => disk::MAY_HIDE_TYPE,
        _ => false,
    };
    if readable {
        return Ok(());
    }
    let kind = kind::in_words(kind);
    Err(io::Error::other(format!("it is {kind}; a disk must be a file that can be read twice")))
}

fn at_most(length: usize, limit: u64) -> usize {
    length.min(usize::try_from(limit).unwrap_or(usize::MAX))
}
