//! What a file looks like from outside, to learn whether it changed.

use std::fmt;
use std::io;

use rustix::fd::AsFd;
use rustix::fs::{FileType, SeekFrom, Stat, fstat, seek};

/// What every write to a file changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The size in bytes. That of a block device comes from seeking to its end.
    pub(crate) size: u64,
    modified: Time,
    changed: Time,
}

/// Seconds and nanoseconds.
type Time = (i64, i64);

impl Stamp {
    /// What the open file looks like now.
    pub(crate) fn of(file: impl AsFd) -> io::Result<Self> {
        let stat = fstat(&file)?;
        Ok(Self {
            size: size(&file, &stat)?,
            modified: (time(stat.st_mtime), time(stat.st_mtime_nsec)),
            changed: (time(stat.st_ctime), time(stat.st_ctime_nsec)),
        })
    }

    /// What is different about a later look, if anything is.
    pub(crate) fn compare(&self, later: &Self) -> Option<Change> {
        if self.size != later.size {
            return Some(Change::Size { was: self.size, is: later.size });
        }
        if self.modified != later.modified {
            return Some(Change::Modified);
        }
        (self.changed != later.changed).then_some(Change::Inode)
    }
}

fn size(file: impl AsFd, stat: &Stat) -> io::Result<u64> {
    if FileType::from_raw_mode(stat.st_mode) == FileType::BlockDevice {
        return Ok(seek(file, SeekFrom::End(0))?);
    }
    u64::try_from(stat.st_size).map_err(io::Error::other)
}

/// The fields of `stat` have other types elsewhere.
fn time<T: TryInto<i64>>(value: T) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The size, in bytes.
    Size {
        /// When the file was opened.
        was: u64,
        /// Now.
        is: u64,
    },
    /// The modification time: it was written to.
    Modified,
    /// The status change time: it was written to, or its owner, mode or links changed.
    Inode,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { was, is } => write!(f, "its size was {was} bytes and is {is} now"),
            Self::Modified => f.write_str("its modification time is another one"),
            Self::Inode => f.write_str("its status change time (ctime) is another one"),
        }
    }
}
