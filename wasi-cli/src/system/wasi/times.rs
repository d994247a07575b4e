//! The time stamps of a file.

use rustix::fs::Stat;

/// Seconds and nanoseconds.
pub(crate) type Time = (i64, i64);

/// When the bytes were last written.
pub(crate) fn modified(stat: &Stat) -> Time {
    (stat.st_mtim.tv_sec, stat.st_mtim.tv_nsec.into())
}

/// When the bytes, the owner, the mode or the links were last changed. Some hosts give other times here,
/// but none that a reader changes.
pub(crate) fn changed(stat: &Stat) -> Time {
    (stat.st_ctim.tv_sec, stat.st_ctim.tv_nsec.into())
}
