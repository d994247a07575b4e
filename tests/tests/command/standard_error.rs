//! Standard error: the exit status is right even if nobody can be told why.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{drain, finish, redirected, run, spawn};

use crate::place;

#[test]
fn a_failure_has_its_status_when_its_message_is_lost() {
    let place = place(3 << 20);
    let full = || OpenOptions::new().write(true).open("/dev/full").expect("a full device").into();
    assert_eq!(status(place.command(["missing.raw"]), full()), Some(4));
    assert_eq!(status(place.command(["-f", "ntfs", "disk.raw"]), full()), Some(2));
    assert_eq!(status(place.command(["-c", "7", "disk.raw"]), full()), Some(2));
}

#[test]
fn a_failure_has_its_status_when_nobody_reads_its_message() {
    let place = place(3 << 20);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    assert_eq!(status(place.command(["missing.raw"]), writer.into()), Some(4));
}

#[test]
fn a_success_needs_no_standard_error() {
    let place = place(3 << 20);
    let expected = run(place.command(["disk.raw"])).image();
    for args in [&["disk.raw"][..], &["--progress=json", "disk.raw"]] {
        let image = run(redirected("", &place.command(args), "2>&-")).image();
        assert!(image == expected, "{args:?}: the image has other bytes");
    }
}

#[test]
fn a_success_needs_no_reader_of_its_progress() {
    let place = place(3 << 20);
    let expected = run(place.command(["disk.raw"])).image();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = place.command(["--progress=json", "disk.raw"]);
    command.stdout(Stdio::piped()).stderr(writer);
    let mut child = spawn(command);
    let image = drain(child.stdout.take().expect("a pipe"));
    assert!(finish(child).status.success(), "the progress is lost, not the image");
    assert!(image == expected, "the image has other bytes");
}

fn status(mut command: Command, stderr: Stdio) -> Option<i32> {
    command.stdout(Stdio::null()).stderr(stderr);
    finish(spawn(command)).status.code()
}
