//! The time stamps of a file.

use rustix::fs::Stat;

/// Seconds and nanoseconds.
pub(crate) type Time = (i64, i64);

/// When the bytes were last written.
pub(crate) fn modified(stat: &Stat) -> Time {
    (number(stat.st_mtime), number(stat.st_mtime_nsec))
}

/// When the bytes, the owner, the mode or the links were last changed.
pub(crate) fn changed(stat: &Stat) -> Time {
    (number(stat.st_ctime), number(stat.st_ctime_nsec))
}

/// The fields have other types elsewhere.
fn number<T: TryInto<i64>>(value: T) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}
