//! `-o FILE`: a complete image, or none.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use qcow2_stream_tests::command::{Workplace, in_shell, redirected, run};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::{LARGE, place};

/// What a file had before the command came.
const OLD: &[u8] = b"something else";

#[test]
fn a_file_gets_the_bytes_of_standard_output() {
    let place = place(3 << 20);
    let expected = run(place.command(["disk.raw"])).image();
    for args in [["-o", "image", "disk.raw"], ["disk.raw", "--output", "./image"]] {
        assert_eq!(run(place.command(args)).image(), b"", "{args:?}");
        assert_eq!(fs::read(place.path("image")).expect("the image is there"), expected);
        assert_eq!(place.names(), ["disk.raw", "image"]);
    }
}

#[test]
fn a_file_may_be_in_another_folder() {
    let place = place(3 << 20);
    fs::create_dir(place.path("folder")).expect("a folder is made");
    run(place.command(["-o", "folder/image", "disk.raw"])).image();
    let whole = place.path("folder/absolute");
    run(place.command(["-o".as_ref(), whole.as_os_str(), "disk.raw".as_ref()])).image();
    let read = |name| fs::read(place.path(name)).expect("the image is there");
    assert_eq!(read("folder/image"), read("folder/absolute"));
    assert_eq!(place.names(), ["disk.raw", "folder"]);
}

#[test]
fn a_file_needs_no_standard_output() {
    let place = place(3 << 20);
    let command = redirected("", &place.command(["-o", "image", "disk.raw"]), ">&-");
    run(command).image();
    let expected = run(place.command(["disk.raw"])).image();
    assert_eq!(fs::read(place.path("image")).expect("the image is there"), expected);
}

#[test]
fn a_new_file_has_the_mode_that_the_umask_leaves() {
    let place = place(3 << 20);
    for (umask, mode) in [("077", 0o600), ("022", 0o644), ("000", 0o666), ("027", 0o640)] {
        let command = place.command(["-o", umask, "disk.raw"]);
        run(in_shell(&format!("umask {umask}"), &command)).image();
        assert_eq!(mode_of(&place, umask), mode, "umask {umask}");
    }
}

#[test]
fn a_file_that_is_replaced_keeps_its_mode() {
    let place = place(3 << 20);
    for mode in [0o600, 0o666, 0o444, 0o755] {
        old_file(&place, mode);
        run(in_shell("umask 077", &place.command(["-o", "old", "disk.raw"]))).image();
        assert_eq!(mode_of(&place, "old"), mode);
        assert_ne!(read(&place, "old"), OLD);
    }
}

#[test]
fn a_link_stays_and_its_target_is_replaced() {
    let place = place(3 << 20);
    fs::create_dir(place.path("folder")).expect("a folder is made");
    fs::write(place.path("folder/target"), OLD).expect("a file is written");
    symlink("folder/target", place.path("link")).expect("a link is made");
    run(place.command(["-o", "link", "disk.raw"])).image();
    assert!(is_link(&place, "link"), "the link is gone");
    assert_eq!(read(&place, "folder/target"), run(place.command(["disk.raw"])).image());
    assert_eq!(place.names(), ["disk.raw", "folder", "link"]);
}

#[test]
fn a_link_to_nothing_yet_stays_and_its_target_is_made() {
    let place = place(3 << 20);
    fs::create_dir(place.path("folder")).expect("a folder is made");
    symlink("folder/target", place.path("link")).expect("a link is made");
    run(place.command(["-o", "link", "disk.raw"])).image();
    assert!(is_link(&place, "link"), "the link is gone");
    assert_eq!(read(&place, "folder/target"), run(place.command(["disk.raw"])).image());
}

#[test]
fn a_disk_is_not_replaced_by_its_own_image() {
    let place = place(3 << 20);
    let before = read(&place, "disk.raw");
    symlink("disk.raw", place.path("link")).expect("a link is made");
    fs::hard_link(place.disk(), place.path("twin")).expect("a name is added");
    for name in ["disk.raw", "./disk.raw", "link", "twin"] {
        // The same mistake as standard output's, so the same status.
        run(place.command(["-o", name, "disk.raw"])).refused(2, &[name, "input"]);
    }
    assert_eq!(read(&place, "disk.raw"), before);
    assert_eq!(place.names(), ["disk.raw", "link", "twin"]);
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let place = place(3 << 20);
    fs::create_dir(place.path("folder")).expect("a folder is made");
    let mode = Mode::from_raw_mode(0o600);
    mknodat(CWD, place.path("pipe"), FileType::Fifo, mode, 0).expect("a pipe is made");
    for (name, word) in [("/dev/null", "device"), ("pipe", "a pipe"), ("folder", "directory")] {
        run(place.command(["-o", name, "disk.raw"])).refused(5, &["cannot write to", name, word]);
    }
    assert_eq!(place.names(), ["disk.raw", "folder", "pipe"]);
}

#[test]
fn a_folder_that_is_not_there_is_a_failure() {
    let place = place(3 << 20);
    run(place.command(["-o", "no/image", "disk.raw"])).refused(5, &["no/image", "No such file"]);
    run(place.command(["-o", "disk.raw/image", "disk.raw"])).refused(5, &["disk.raw/image"]);
    run(place.command(["-o", "no/", "disk.raw"])).refused(5, &["no/", "name of a file is missing"]);
    assert_eq!(place.names(), ["disk.raw"]);
}

#[test]
fn a_refused_image_leaves_the_file_as_it_was() {
    let place = place(3 << 20);
    let big = File::create(place.path("big")).expect("a file is made");
    big.set_len(1 << 40).expect("the file system has sparse files");
    drop(big);
    old_file(&place, 0o640);
    for name in ["old", "new"] {
        let command = place.command(["-c", "512", "-o", name, "big"]);
        run(command).refused(3, &["big", "of 2048 would do"]);
    }
    untouched(&place, &["big", "disk.raw", "old"]);
}

#[test]
fn an_image_that_cannot_be_written_leaves_the_file_as_it_was() {
    let place = place(LARGE);
    old_file(&place, 0o640);
    for name in ["old", "new"] {
        let command = in_shell("ulimit -f 2048", &place.command(["-o", name, "disk.raw"]));
        run(command).refused(5, &["cannot write to", name, "at offset", "too large"]);
    }
    untouched(&place, &["disk.raw", "old"]);
}

fn old_file(place: &Workplace, mode: u32) {
    let path = place.path("old");
    let _ = fs::remove_file(&path);
    fs::write(&path, OLD).expect("a file is written");
    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("the mode is set");
}

#[track_caller]
fn untouched(place: &Workplace, names: &[&str]) {
    assert_eq!(place.names(), names, "something was left");
    assert_eq!((read(place, "old").as_slice(), mode_of(place, "old")), (OLD, 0o640));
}

fn read(place: &Workplace, name: &str) -> Vec<u8> {
    fs::read(place.path(name)).expect("the file can be read")
}

fn mode_of(place: &Workplace, name: &str) -> u32 {
    fs::metadata(place.path(name)).expect("the file is there").mode() & 0o7777
}

fn is_link(place: &Workplace, name: &str) -> bool {
    fs::symlink_metadata(place.path(name)).is_ok_and(|metadata| metadata.is_symlink())
}
