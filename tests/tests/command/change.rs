//! What can happen to a disk while it is read.

use std::fs::{self, File, FileTimes, OpenOptions, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::LARGE;

/// Something that happens to a large disk, and the words that tell of it.
pub(crate) struct Change {
    pub(crate) what: &'static str,
    pub(crate) apply: fn(&Path),
    pub(crate) words: &'static [&'static str],
}

/// Changes of the size.
pub(crate) const SIZES: [Change; 3] = [
    Change { what: "cut", apply: |disk| resize(disk, LARGE - 1), words: &["16777216", "16777215"] },
    Change {
        what: "emptied",
        apply: |disk| resize(disk, 0),
        words: &["16777216 bytes and is 0 now"],
    },
    Change {
        what: "grown",
        apply: |disk| resize(disk, LARGE + 1),
        words: &["16777216", "16777217"],
    },
];

/// Changes that leave the size as it is.
pub(crate) const OTHERS: [Change; 6] = [
    Change { what: "written to", apply: write, words: &["modification time"] },
    Change { what: "touched", apply: touch, words: &["modification time"] },
    Change { what: "written to in secret", apply: write_in_secret, words: &["ctime"] },
    Change { what: "given another mode", apply: set_mode, words: &["ctime"] },
    Change { what: "deleted", apply: delete, words: &["ctime"] },
    Change { what: "replaced", apply: replace, words: &["ctime"] },
];

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Change> {
    SIZES.iter().chain(&OTHERS)
}

fn open(disk: &Path) -> File {
    OpenOptions::new().write(true).open(disk).expect("the disk can be opened")
}

fn resize(disk: &Path, size: u64) {
    open(disk).set_len(size).expect("the size is set");
}

fn write(disk: &Path) {
    open(disk).write_all_at(b"x", 1000).expect("the disk is written");
}

fn touch(disk: &Path) {
    let past = SystemTime::now() - Duration::from_secs(1_000_000);
    open(disk).set_modified(past).expect("the time is set");
}

/// Only the file system itself can set the time that gives this away.
fn write_in_secret(disk: &Path) {
    let modified = fs::metadata(disk).and_then(|metadata| metadata.modified());
    write(disk);
    let times = FileTimes::new().set_modified(modified.expect("the file has a time"));
    open(disk).set_times(times).expect("the time is set");
}

fn set_mode(disk: &Path) {
    fs::set_permissions(disk, Permissions::from_mode(0o604)).expect("the mode is set");
}

fn delete(disk: &Path) {
    fs::remove_file(disk).expect("the disk is deleted");
}

fn replace(disk: &Path) {
    let other = disk.with_extension("other");
    fs::write(&other, "another disk").expect("a file is written");
    fs::rename(other, disk).expect("the disk is replaced");
}
