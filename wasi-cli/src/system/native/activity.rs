//! Writes to a block device, by whomever: the kernel counts them.

use rustix::fd::AsFd;
use rustix::fs::{FileType, Stat, fstat, fsync};

use crate::kind;
use crate::stamp::Written;

/// What has been written to a block device so far. `None` if it is none, or if the system doesn't count.
#[cfg(target_os = "linux")]
pub(crate) fn written(stat: &Stat) -> Option<Written> {
    use rustix::fs::{major, minor};

    if kind::of(stat) != FileType::BlockDevice {
        return None;
    }
    let folder = format!("/sys/dev/block/{}:{}", major(stat.st_rdev), minor(stat.st_rdev));
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}"));
    // A partition has no queue of its own.
    let counts = read("queue/iostats").or_else(|_| read("../queue/iostats"));
    if counts.is_ok_and(|counts| counts.trim() == "0") {
        return None;
    }
    // In this order: a write that ends in between is then in both, not in neither.
    let under_way = field(&read("inflight").ok()?, 1)? > 0;
    let stat = read("stat").ok()?;
    // Not the numbers of requests, among which some drivers count those to flush.
    let sectors = field(&stat, WRITTEN)?.saturating_add(field(&stat, DISCARDED).unwrap_or(0));
    Some(Written { sectors, under_way })
}

/// Which field of `stat` has the sectors of 512 bytes that were written.
#[cfg(target_os = "linux")]
const WRITTEN: usize = 6;

/// Which has those that were discarded, from Linux 4.19 on.
#[cfg(target_os = "linux")]
const DISCARDED: usize = 13;

#[cfg(target_os = "linux")]
fn field(line: &str, index: usize) -> Option<u64> {
    line.split_ascii_whitespace().nth(index)?.parse().ok()
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn written(_: &Stat) -> Option<Written> {
    None
}

/// Lets what waits in memory be written to a block device, so that it counts. A failure is that of whoever wrote it.
pub(crate) fn write_out(file: impl AsFd) {
    if fstat(&file).is_ok_and(|stat| kind::of(&stat) == FileType::BlockDevice) {
        let _ = fsync(file);
    }
}
