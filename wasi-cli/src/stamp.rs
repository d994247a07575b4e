//! What a file looks like from outside, to learn whether it changed.

use std::fmt;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fd::AsFd;
use rustix::fs::{FileType, SeekFrom, Stat, fstat, seek};

use crate::kind;
use crate::system::activity;
use crate::system::times::{self, Time};

/// What every write to a file changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The size in bytes; `None` for a block device where the system doesn't tell.
    pub(crate) size: Option<u64>,
    modified: Time,
    changed: Time,
    /// Whether the times are just the time of day.
    is_clock: bool,
    /// What has been written to a block device, where the system counts that.
    written: Option<Written>,
    is_device: bool,
}

/// What has been written to a block device, by whomever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Sectors of 512 bytes that were written or discarded since the device is there.
    pub(crate) sectors: u64,
    /// Whether a write is under way.
    pub(crate) under_way: bool,
}

impl Stamp {
    /// What the open file looks like now.
    pub(crate) fn of(file: impl AsFd) -> io::Result<Self> {
        let stat = fstat(&file)?;
        let (modified, changed) = (times::modified(&stat), times::changed(&stat));
        let is_clock = is_clock(&stat) && times::may_be_made_up(&file);
        let written = activity::written(&stat);
        let is_device = kind::of(&stat) == FileType::BlockDevice;
        Ok(Self { size: size(file, &stat)?, modified, changed, is_clock, written, is_device })
    }

    /// Whether its times are just the time of day, so that they tell nothing.
    pub(crate) const fn is_clock(&self) -> bool {
        self.is_clock
    }

    /// The same, but it is known now whether its times are just the time of day.
    pub(crate) const fn with_clock(self, is_clock: bool) -> Self {
        Self { is_clock, ..self }
    }

    /// Whether the two looks saw the same times.
    pub(crate) fn has_times_of(&self, other: &Self) -> bool {
        (self.modified, self.changed) == (other.modified, other.changed)
    }

    /// The time that every write changes, as far as it is told: the status change time, which can't be set by hand.
    pub(crate) fn last_change(&self) -> Time {
        if self.changed == (0, 0) { self.modified } else { self.changed }
    }

    /// Whether the times may be those of a file system that keeps whole seconds only.
    pub(crate) const fn has_whole_seconds(&self) -> bool {
        self.modified.1 == 0 && self.changed.1 == 0
    }

    /// Why a write may leave no trace, if that is known.
    pub(crate) const fn blind_spot(&self) -> Option<&'static str> {
        if self.is_clock {
            return Some(MADE_UP);
        }
        if self.is_device && self.written.is_none() { Some(NOT_COUNTED) } else { None }
    }

    /// What is different about a later look, if anything is.
    pub(crate) fn compare(&self, later: &Self) -> Option<Change> {
        let (was, is) = (self.size.unwrap_or(0), later.size.unwrap_or(0));
        if was != is {
            return Some(Change::Size { was, is });
        }
        if let (Some(before), Some(now)) = (self.written, later.written)
            && (now.under_way || now.sectors != before.sectors)
        {
            return Some(Change::Written { sectors: now.sectors.saturating_sub(before.sectors) });
        }
        if self.is_clock && later.is_clock {
            return None;
        }
        if self.modified != later.modified {
            return Some(Change::Modified);
        }
        (self.changed != later.changed).then_some(Change::Inode)
    }
}

/// What to know of a file whose times are just the time of day.
const MADE_UP: &str = "its file system keeps no times, so a write to it during the conversion is not noticed; \
    make sure that nothing writes to it";

/// What to know of a block device of which only the times of its name in /dev are known.
const NOT_COUNTED: &str = "the system does not count what is written to this device, so a write to it during the \
    conversion may not be noticed; make sure that nothing writes to it";

/// Whether all times that the system tells are the current second, without a fraction. So they are in a file
/// that qemu-storage-daemon exports over FUSE, whenever one looks, and hardly ever in one that is kept.
fn is_clock(stat: &Stat) -> bool {
    let time = times::modified(stat);
    let is_told = |other: &Time| *other != (0, 0);
    let others = [times::changed(stat), times::accessed(stat), (time.0, 0)];
    let same = others.iter().filter(|other| is_told(other)).all(|other| *other == time);
    same && u64::try_from(time.0).is_ok_and(|second| now().abs_diff(second) <= CACHED)
}

/// The time of day, in seconds.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// How old the times may be that the kernel has cached, in seconds: it does so for one, and they are whole ones.
const CACHED: u64 = 2;

fn size(file: impl AsFd, stat: &Stat) -> io::Result<Option<u64>> {
    if kind::of(stat) == FileType::RegularFile {
        return Ok(Some(u64::try_from(stat.st_size).map_err(io::Error::other)?));
    }
    // Its end is the size of a block device, where the system tells it.
    Ok(Some(seek(file, SeekFrom::End(0)).unwrap_or(0)).filter(|size| *size > 0))
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
    /// The device: sectors of 512 bytes were written or discarded, or a write is under way.
    Written {
        /// How many, since it was opened.
        sectors: u64,
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
            Self::Written { sectors: 0 } => f.write_str("a write to the device is under way"),
            Self::Written { sectors } => {
                let bytes = sectors.saturating_mul(512);
                write!(f, "{bytes} bytes of the device were written or discarded")
            }
            Self::Modified => f.write_str("its modification time is another one"),
            Self::Inode => f.write_str("its status change time (ctime) is another one"),
        }
    }
}
