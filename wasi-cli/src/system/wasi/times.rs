//! The time stamps of a file.

use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fd::AsFd;
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

/// When the bytes were last read.
pub(crate) fn accessed(stat: &Stat) -> Time {
    (stat.st_atim.tv_sec, stat.st_atim.tv_nsec.into())
}

/// The time of day, which the host's is, too.
pub(crate) fn now() -> Time {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (i64::try_from(now.as_secs()).unwrap_or(i64::MAX), now.subsec_nanos().into())
}

/// Whether the times of a file are taken from the host's clock. WASI does not tell; most are.
pub(crate) fn are_of_our_clock(_: impl AsFd) -> bool {
    true
}

/// Whether a file may lie in a file system that has no time stamps and makes some up. WASI does not tell.
pub(crate) fn may_be_made_up(_: impl AsFd) -> bool {
    true
}
