//! The time stamps of a file.

use rustix::fd::AsFd;
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

/// When the bytes were last read.
pub(crate) fn accessed(stat: &Stat) -> Time {
    (number(stat.st_atime), number(stat.st_atime_nsec))
}

/// Whether a file may lie in a file system that has no time stamps and makes some up: a program's own (FUSE).
#[cfg(target_os = "linux")]
pub(crate) fn may_be_made_up(file: impl AsFd) -> bool {
    const FUSE_SUPER_MAGIC: i64 = 0x6573_5546;
    rustix::fs::fstatfs(file).is_ok_and(|stat| number(stat.f_type) == FUSE_SUPER_MAGIC)
}

/// Whether a file may lie in a file system that has no time stamps and makes some up. Not known here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn may_be_made_up(_: impl AsFd) -> bool {
    false
}

/// The fields have other types elsewhere.
fn number<T: TryInto<i64>>(value: T) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}
