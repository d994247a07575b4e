//! A system that refuses processes and threads.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use qcow2_stream_tests::command::{User, run};

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
