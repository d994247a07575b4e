//! Images that change while they are read.

use std::fs::{self, File};
use std::io::Write;

use qcow2_stream_tests::command::{Lockstep, Workplace, at_first_line_of};

use crate::stage::{command, convert, make, overlay, place};

/// Holds a conversion of the image before its second pass, has something done, and gives what is said then.
fn changed(place: &Workplace, image: &str, change: impl FnOnce()) {
    let mut lockstep =
        Lockstep::start(command(place, "qcow2", &["--allow", ".", "-o", "out"], image));
    lockstep.hold(&place.path(image), at_first_line_of("emit"));
    change();
    let outcome = lockstep.release();
    outcome.failed(4, &["changed while it was read", "convert it again when nothing writes to it"]);
    assert!(!place.path("out").exists(), "an image was made");
}

#[test]
fn an_image_that_is_written_to_is_noticed() {
    let place = place();
    make(&place, "-O qcow2", "image");
    let image = place.path("image");
    changed(&place, "image", || append(&image));
}

#[test]
fn a_backing_file_that_is_written_to_is_noticed() {
    let place = place();
    overlay(&place, "disk.raw", "raw", "over");
    changed(&place, "over", || append(&place.disk()));
}

fn append(path: &std::path::Path) {
    let mut file = File::options().append(true).open(path).expect("it is there");
    file.write_all(&[0; 512]).expect("it can be written");
}

#[test]
fn an_image_that_a_machine_has_open_is_refused() {
    use std::process::{Command, Stdio};
    let place = place();
    make(&place, "-O qcow2", "image");
    let mut machine = Command::new("qemu-io");
    machine.args(["-f", "qcow2", "image"]).current_dir(place.folder());
    let mut machine = machine
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("qemu-io is part of qemu-utils");
    // It prompts when it has the image open.
    let prompt = machine.stdout.take().expect("a pipe");
    qcow2_stream_tests::command::wait_for_bytes(&prompt);
    let outcome = convert(&place, "qcow2", &[], "image");
    drop(machine.stdin.take());
    machine.wait().expect("it ends");
    outcome.refused(4, &["lock", "running virtual machine"]);
}

#[test]
fn an_image_is_not_overwritten_by_its_own_conversion() {
    let place = place();
    overlay(&place, "disk.raw", "raw", "over");
    for (out, words) in
        [("over", "the input file itself"), ("disk.raw", "a file that the input names")]
    {
        let before = fs::read(place.path(out)).expect("it is there");
        let outcome = convert(&place, "qcow2", &["--allow", ".", "-o", out], "over");
        outcome.refused(2, &[out, words]);
        assert!(fs::read(place.path(out)).expect("it is there") == before);
    }
}
