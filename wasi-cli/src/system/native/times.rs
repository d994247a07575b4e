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

/// The clock that the kernel takes the times of files from.
#[cfg(target_os = "linux")]
pub(crate) fn now() -> Time {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(ClockId::RealtimeCoarse);
    (number(now.tv_sec), number(now.tv_nsec))
}

/// The time of day.
#[cfg(not(target_os = "linux"))]
pub(crate) fn now() -> Time {
    use std::time::{SystemTime, UNIX_EPOCH};
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (number(now.as_secs()), number(now.subsec_nanos()))
}

/// Whether the times of a file are taken from this kernel's clock: in the file systems that are known to do so.
#[cfg(target_os = "linux")]
pub(crate) fn are_of_our_clock(file: impl AsFd) -> bool {
    rustix::fs::fstatfs(file).is_ok_and(|stat| LOCAL.contains(&number(stat.f_type)))
}

/// Bcachefs, Btrfs, exFAT, ext2 to ext4, F2FS, FAT, HFS+, NTFS, ramfs, tmpfs (and /dev), XFS, ZFS.
#[cfg(target_os = "linux")]
const LOCAL: [i64; 12] = [
    0xca45_1a4e,
    0x9123_683e,
    0x2011_bab0,
    0xef53,
    0xf2f5_2010,
    0x4d44,
    0x482b,
    0x7366_746e,
    0x8584_58f6,
    0x0102_1994,
    0x5846_5342,
    0x2fc1_2fc1,
];

/// Whether the times of a file are taken from this system's clock. Taken for granted here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn are_of_our_clock(_: impl AsFd) -> bool {
    true
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
