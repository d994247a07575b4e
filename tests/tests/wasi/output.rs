//! Where a module may write: standard output, and files in the folder.

use std::fs;
use std::process::Stdio;

use qcow2_stream_tests::command::{Terminal, finish, run, spawn};

use crate::{native, place};

#[test]
fn a_file_gets_the_same_bytes() {
    let place = place(3 << 20);
    run(place.command(["-o", "image", "disk.raw"])).image();
    let image = fs::read(place.path("image")).expect("the image is there");
    assert!(image == native(&place, &["disk.raw"]), "the image has other bytes");
    assert_eq!(place.names(), ["disk.raw", "image"]);
}

#[test]
fn a_file_is_replaced_only_by_a_whole_image() {
    let place = place(3 << 20);
    fs::write(place.path("image"), "old").expect("a file is written");
    run(place.command(["-c", "3", "-o", "image", "disk.raw"])).failed(2, &[]);
    run(place.command(["-o", "image", "missing.raw"])).refused(4, &["missing.raw"]);
    assert_eq!(fs::read(place.path("image")).expect("the file is there"), b"old");
    run(place.command(["-o", "image", "disk.raw"])).image();
    assert!(fs::read(place.path("image")).expect("the file is there").starts_with(b"QFI\xfb"));
    assert_eq!(place.names(), ["disk.raw", "image"]);
}

#[test]
fn a_disk_is_not_replaced_by_its_own_image() {
    let place = place(3 << 20);
    run(place.command(["-o", "disk.raw", "disk.raw"])).refused(2, &["disk.raw", "input"]);
    assert_eq!(place.names(), ["disk.raw"]);
}

#[test]
fn a_folder_that_is_not_there_is_a_failure() {
    let place = place(3 << 20);
    run(place.command(["-o", "no/image", "disk.raw"])).refused(5, &["no/image", "No such file"]);
    run(place.command(["-o", "../image", "disk.raw"])).refused(5, &["../image"]);
    assert_eq!(place.names(), ["disk.raw"]);
}

#[test]
fn a_terminal_is_refused() {
    let (place, terminal) = (place(3 << 20), Terminal::open());
    let mut command = place.command(["disk.raw"]);
    command.stdout(terminal.stdio()).stderr(Stdio::piped());
    finish(spawn(command)).refused(2, &["terminal", "-o FILE"]);
    assert_eq!(terminal.seen(), "");
}

#[test]
fn the_length_is_known_before() {
    let place = place(3 << 20);
    assert_eq!(run(place.command(["--measure", "disk.raw"])).image(), b"3473408\n");
    let (ours, theirs) =
        (["--measure=json", "disk.raw"], native(&place, &["--measure=json", "disk.raw"]));
    assert_eq!(run(place.command(ours)).image(), theirs);
}
