//! A system that refuses processes, threads and descriptors.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use qcow2_stream_tests::command::{User, in_shell, run};

use crate::{LARGE, place};

/// A user who runs nothing else, for the limit counts all processes of a user.
const USER: u32 = 61_234;

#[test]
fn a_process_or_thread_that_cannot_be_started_is_told_and_no_panic() {
    let place = place(3 << 20);
    fs::set_permissions(place.folder(), Permissions::from_mode(0o755)).expect("the mode is set");
    fs::write(place.path("image"), run(place.command(["disk.raw"])).image()).expect("a file");
    let command = place.command(["-f", "qcow2", "image"]);
    let user = User::new(USER, &command);
    for most in 1..=9 {
        let outcome = run(user.run(&[], &command, &[format!("--nproc={most}:{most}")]));
        match outcome.status.code() {
            Some(0) => {}
            // The daemon needs threads of its own, and says so itself.
            Some(4) if most > 2 => outcome.failed(4, &["image", "temporarily unavailable"]),
            _ => outcome.refused(1, &["image", "cannot start", "temporarily unavailable"]),
        }
        assert!(most > 2 || outcome.status.code() == Some(1), "{}", outcome.status);
    }
}

#[test]
fn a_disk_is_read_by_one_thread_where_no_other_can_be_started() {
    let place = place(2 * LARGE);
    fs::set_permissions(place.folder(), Permissions::from_mode(0o755)).expect("the mode is set");
    let command = place.command(["disk.raw"]);
    let user = User::new(USER + 1, &command);
    let alone = run(user.run(&[], &command, &["--nproc=1:1"])).image();
    assert!(alone == run(command).image(), "another image");
}

#[test]
fn a_descriptor_that_is_not_to_be_had_is_neither_side_s_fault() {
    let place = place(3 << 20);
    let image = run(place.command(["disk.raw"])).image();
    fs::write(place.path("image"), &image).expect("a file");
    for (args, most) in [
        (vec!["disk.raw"], 4),
        (vec!["-o", "new", "disk.raw"], 5),
        (vec!["-f", "qcow2", "image"], 5),
        (vec!["-f", "qcow2", "image"], 7),
    ] {
        let outcome = run(in_shell(&format!("ulimit -n {most}"), &place.command(&args)));
        assert_eq!(outcome.status.code(), Some(1), "{args:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("Too many open files"), "{}", outcome.stderr);
        assert!(!place.names().contains(&"new".to_owned()), "{:?}", place.names());
    }
}

#[test]
fn a_thread_that_cannot_look_up_a_name_is_neither_side_s_fault() {
    let place = place(1 << 20);
    fs::set_permissions(place.folder(), Permissions::from_mode(0o755)).expect("the mode is set");
    let command = place.command(["nbd://localhost:1"]);
    let user = User::new(USER + 2, &command);
    let outcome = run(user.run(&[], &command, &["--nproc=1:1"]));
    outcome.refused(1, &["cannot connect to localhost", "temporarily unavailable", "ulimit"]);
}
