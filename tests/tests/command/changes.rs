//! Disks that change while they are read: always a reason, never a success.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qcow2_stream_tests::command::{
    Lockstep, Mounted, Outcome, Workplace, at_first_line_of, at_last_line_of, at_the_start, finish,
    run, spawn, wait_for_bytes, wait_until, wait_until_blocked,
};
use serde_json::Value;

use crate::change::{Change, OTHERS, SIZES, all};
use crate::{LARGE, place};

#[test]
fn a_change_before_the_first_byte_is_read_is_noticed() {
    for change in all() {
        let outcome = held(&place(LARGE), &["disk.raw"], at_the_start, change);
        noticed(change, &outcome);
        assert_eq!(outcome.stdout, b"", "{}: something went out", change.what);
    }
}

#[test]
fn a_change_during_a_measurement_is_noticed() {
    for change in all() {
        let at = at_first_line_of("scan");
        let outcome = held(&place(LARGE), &["--measure", "disk.raw"], at, change);
        noticed(change, &outcome);
        assert_eq!(outcome.stdout, b"", "{}: a length went out", change.what);
    }
}

#[test]
fn a_change_between_the_two_passes_is_noticed() {
    for change in all() {
        noticed(change, &held(&place(LARGE), &["disk.raw"], at_last_line_of("scan"), change));
    }
}

#[test]
fn a_change_while_the_image_is_written_is_noticed() {
    for change in all() {
        let (place, child) = writing(LARGE);
        // The rest is more than a pipe holds.
        (change.apply)(&place.disk());
        noticed(change, &finish(child));
    }
}

#[test]
fn a_change_after_the_last_byte_was_read_is_noticed() {
    for change in &OTHERS {
        // The pipe has a part of it, and the command has the rest in memory.
        let (place, child) = writing(3 << 19);
        wait_until_blocked(&child, &place.disk());
        (change.apply)(&place.disk());
        noticed(change, &finish(child));
    }
}

#[test]
fn a_change_leaves_no_file() {
    for change in all() {
        let place = place(LARGE);
        let args = ["-o", "image", "disk.raw"];
        noticed(change, &held(&place, &args, at_first_line_of("emit"), change));
        assert!(!place.names().iter().any(|name| name != "disk.raw"), "{}", change.what);
    }
}

#[test]
fn a_change_leaves_the_file_as_it_was() {
    for change in all() {
        let place = place(LARGE);
        fs::write(place.path("image"), "old").expect("a file is written");
        let args = ["-o", "image", "disk.raw"];
        noticed(change, &held(&place, &args, at_first_line_of("emit"), change));
        assert_eq!(fs::read(place.path("image")).expect("the file is there"), b"old");
        assert!(!place.names().iter().any(|name| name.starts_with('.')), "{}", change.what);
    }
}

#[test]
fn a_change_of_a_disk_that_is_not_read_is_noticed() {
    for change in &SIZES {
        noticed(change, &held(&place(LARGE), &["-R", "disk.raw"], at_the_start, change));
    }
}

#[test]
fn a_change_in_the_second_of_the_one_before_is_noticed_where_times_are_whole_seconds() {
    // An inode of 128 bytes has no room for fractions.
    let system = Mounted::new(&["mkfs.ext4", "-q", "-I", "128"], 64 << 20);
    let disk = system.path("disk.raw");
    let place = place(LARGE);
    // Without the wait, all of this would take place in one second.
    wait_until("a second begins", || since_epoch().subsec_millis() < 100);
    fs::copy(place.disk(), &disk).expect("there is room");
    let mut command = place.command([&disk]);
    command.stdout(Stdio::piped());
    let mut lockstep = Lockstep::start(command);
    lockstep.hold(&disk, at_first_line_of("scan"));
    let modified = |disk: &Path| fs::metadata(disk).expect("it is there").modified().ok();
    let before = modified(&disk);
    (OTHERS[0].apply)(&disk);
    assert_ne!(before, modified(&disk), "the command has waited for the next second");
    lockstep.release().failed(4, &["changed while it was read"]);
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970")
}

#[test]
fn a_disk_that_somebody_has_open_for_writing_is_noted() {
    let place = place(LARGE);
    let writer = OpenOptions::new().write(true).open(place.disk()).expect("it can be opened");
    let outcome = run(place.command(["disk.raw"]));
    assert!(outcome.status.success(), "{}", outcome.stderr);
    let note = "another process has it open for writing";
    assert_eq!(outcome.stderr.matches(note).count(), 1, "{}", outcome.stderr);
    run(place.command(["-q", "disk.raw"])).image();
    drop(writer);
    run(place.command(["disk.raw"])).image();
}

#[test]
fn a_look_at_the_disk_is_no_change() {
    let place = place(LARGE);
    let look = |disk: &std::path::Path| {
        fs::read(disk).expect("the disk can be read");
        OpenOptions::new().write(true).open(disk).expect("the disk can be opened");
    };
    let look = Change { what: "looked at", apply: look, words: &[] };
    held(&place, &["disk.raw"], at_last_line_of("scan"), &look).image();
}

/// Holds the command at a line of progress, and changes its disk there.
fn held(place: &Workplace, args: &[&str], at: impl Fn(&Value) -> bool, change: &Change) -> Outcome {
    let mut command = place.command(args);
    command.stdout(Stdio::piped());
    let mut lockstep = Lockstep::start(command);
    lockstep.hold(&place.disk(), at);
    (change.apply)(&place.disk());
    lockstep.release()
}

/// A command that has begun to write into a pipe that nobody reads yet.
fn writing(size: u64) -> (Workplace, Child) {
    let place = place(size);
    let mut command = place.command(["disk.raw"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = spawn(command);
    wait_for_bytes(child.stdout.as_ref().expect("a pipe"));
    // It looks at its disk no more until it is read from: a change of several steps is one to it.
    wait_until_blocked(&child, &place.disk());
    (place, child)
}

#[track_caller]
fn noticed(change: &Change, outcome: &Outcome) {
    let Outcome { status, stderr, .. } = outcome;
    assert_eq!(status.code(), Some(4), "{}: {status}: {stderr}", change.what);
    let start = "qcow2-to-stdout: disk.raw changed while it was read: ";
    assert!(stderr.starts_with(start), "{}: {stderr}", change.what);
    for word in change.words {
        assert!(stderr.contains(word), "{}: {word:?} is not in: {stderr}", change.what);
    }
    assert_eq!(stderr.lines().count(), 1, "{}: {stderr}", change.what);
}
