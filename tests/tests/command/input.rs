//! Disks by any name, disks that can't be read, and sizes that no image can have.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use qcow2_stream_tests::command::{Workplace, run};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::{FRONT_END, place};

/// More than clusters of 512 bytes can hold.
const TERABYTE: u64 = 1 << 40;

#[test]
fn a_disk_that_is_not_there_is_refused() {
    unreadable("missing.raw", &["No such file"]);
    unreadable("no/such/folder.raw", &["No such file"]);
}

#[test]
fn a_folder_is_refused() {
    unreadable("folder", &["directory"]);
    unreadable(".", &["directory"]);
    unreadable("/", &["directory"]);
}

#[test]
fn a_pipe_is_refused_without_waiting_for_a_writer() {
    unreadable("pipe", &["pipe", "read twice"]);
}

#[test]
fn a_socket_is_refused() {
    unreadable("socket", &[]);
}

#[test]
fn a_character_device_is_refused() {
    unreadable("/dev/null", &["character device"]);
    unreadable("/dev/zero", &["character device"]);
}

/// What no one can open, not even the superuser whom no mode keeps out.
#[test]
fn a_disk_that_cannot_be_opened_is_refused() {
    unreadable("loop", &["os error 40"]);
    unreadable("plain/disk.raw", &["Not a directory"]);
    unreadable(&"n".repeat(300), &["too long"]);
}

#[test]
fn an_empty_name_is_no_disk() {
    let outcome = run(Workplace::new(FRONT_END).command([""]));
    outcome.failed(2, &["INPUT"]);
    assert_eq!(outcome.stdout, b"");
}

#[test]
fn a_link_to_a_disk_is_that_disk() {
    let place = place(300_000);
    symlink("disk.raw", place.path("link")).expect("a link is made");
    let linked = run(place.command(["link"])).image();
    assert_eq!(linked, run(place.command(["disk.raw"])).image());
}

#[test]
fn a_disk_may_be_read_only() {
    let place = place(300_000);
    let expected = run(place.command(["disk.raw"])).image();
    let mut permissions = fs::metadata(place.disk()).expect("the disk is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(place.disk(), permissions).expect("the mode is set");
    assert_eq!(run(place.command(["disk.raw"])).image(), expected);
}

#[test]
fn a_disk_that_is_too_large_for_its_clusters_is_refused_with_the_way_out() {
    let place = sparse(TERABYTE);
    let words = ["disk.raw", "1099511627776", "268435456", "33554432", "of 2048 would do"];
    for command in [&["-c", "512"][..], &["-c", "512", "--measure"], &["-c", "512", "-R"]] {
        run(place.command(command.iter().chain(&["disk.raw"]))).refused(3, &words);
    }
    let words = ["clusters of 1024 bytes", "67108864", "of 2048 would do"];
    run(place.command(["-c", "1K", "disk.raw"])).refused(3, &words);
    let measured = run(place.command(["-c", "2K", "--measure", "disk.raw"]));
    assert!(!measured.image().is_empty(), "the way out is one");
}

#[test]
fn a_large_disk_is_refused_before_it_is_read() {
    // Reading begins with a line of progress, and there is none.
    let place = sparse(TERABYTE);
    let outcome = run(place.command(["-c", "512", "--progress=json", "disk.raw"]));
    outcome.refused(3, &["disk.raw"]);
}

#[test]
fn a_file_that_hides_its_size_is_no_empty_disk() {
    unreadable("/proc/self/stat", &["says that its size is 0"]);
}

#[test]
fn a_name_cannot_steer_the_terminal() {
    let outcome = run(Workplace::new(FRONT_END).command(["\u{1b}[31mred\u{7}"]));
    outcome.refused(4, &["cannot read \\u{1b}[31mred\\u{7}: No such file"]);
    let outcome = run(Workplace::new(FRONT_END).command(["x\nqcow2-to-stdout: fine"]));
    outcome.refused(4, &["cannot read x\\nqcow2-to-stdout: fine: No such file"]);
}

#[test]
fn the_disk_s_name_may_be_strange() {
    let place = place(300_000);
    let expected = run(place.command(["disk.raw"])).image();
    for name in ["a,b=c", "two words", "two\nlines", "a:b", "%s", "'\"$(x)", "ünï"] {
        fs::copy(place.disk(), place.path(name)).expect("the disk is copied");
        assert_eq!(run(place.command([name])).image(), expected, "{name}");
    }
    for name in ["-x", "--measure", "-"] {
        fs::copy(place.disk(), place.path(name)).expect("the disk is copied");
        assert_eq!(run(place.command(["--", name])).image(), expected, "{name}");
    }
    let latin = OsStr::from_bytes(b"\xfcber.raw");
    fs::copy(place.disk(), place.path(latin)).expect("the disk is copied");
    assert_eq!(run(place.command([latin])).image(), expected, "not UTF-8");
}

#[test]
fn a_name_that_is_not_utf_8_cannot_be_recorded() {
    let place = place(300_000);
    let latin = OsStr::from_bytes(b"\xfcber.raw");
    fs::rename(place.disk(), place.path(latin)).expect("the disk is renamed");
    for option in ["-d", "-R"] {
        let outcome = run(place.command([OsStr::new(option), latin]));
        outcome.refused(2, &["not UTF-8", "--data-file-name"]);
    }
    let named = [OsStr::new("-d"), OsStr::new("--data-file-name"), OsStr::new("x"), latin];
    assert!(!run(place.command(named)).image().is_empty(), "another name can be recorded");
}

/// What is not a disk is refused with its name and these words.
#[track_caller]
fn unreadable(name: &str, words: &[&str]) {
    let place = zoo();
    let before = place.names();
    for options in [&[][..], &["--measure"], &["-R"], &["-o", "image"]] {
        let outcome = run(place.command(options.iter().chain(&[name])));
        outcome.refused(4, &[&["cannot read", name], words].concat());
    }
    assert_eq!(place.names(), before, "something was made");
}

/// A folder with one of everything.
fn zoo() -> Workplace {
    let place = Workplace::new(FRONT_END);
    fs::create_dir(place.path("folder")).expect("a folder is made");
    fs::write(place.path("plain"), "").expect("a file is written");
    symlink("loop", place.path("loop")).expect("a link is made");
    UnixListener::bind(place.path("socket")).expect("a socket is made");
    let mode = Mode::from_raw_mode(0o600);
    mknodat(CWD, place.path("pipe"), FileType::Fifo, mode, 0).expect("a pipe is made");
    place
}

/// A folder with a disk that is one hole.
fn sparse(size: u64) -> Workplace {
    let place = Workplace::new(FRONT_END);
    let disk = File::create(place.disk()).expect("a file is made");
    disk.set_len(size).expect("the file system has sparse files");
    place
}
