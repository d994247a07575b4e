//! Whatever the server, the image is that of the same disk as a file.

use std::fs;
use std::process::Command;

use qcow2_stream_tests::command::{NbdServer, Workplace, run, same_as_reference_with, sweep};
use qcow2_stream_tests::corpus::{Fill, Input, Vector, Write};
use qcow2_stream_tests::qemu;

use super::place;
use crate::FRONT_END;

#[test]
fn every_image_is_the_reference_s_byte_for_byte_over_nbd_too() {
    let done = sweep(FRONT_END, |place, vector| {
        let server = NbdServer::qemu(place, ["--format=raw", Workplace::DISK]);
        same_as_reference_from(place, vector, &server.uri());
    });
    assert_eq!(done, 213);
}

fn same_as_reference_from(place: &Workplace, vector: &Vector, uri: &str) {
    let mut args = vector.args();
    args.pop();
    if vector.data_file.is_some() {
        args.extend(["--data-file-name".to_owned(), Workplace::DISK.to_owned()]);
    }
    args.push(uri.to_owned());
    same_as_reference_with(place, vector, args);
}

#[test]
fn qemu_nbd_shows_what_is_in_a_qcow2_image() {
    let place = place();
    make_qcow2(&place, "disk.raw", "disk.qcow2", &["-c"]);
    let server = NbdServer::qemu(&place, ["--format=qcow2", "disk.qcow2"]);
    converts(&place, &server.uri());
}

#[test]
fn qemu_storage_daemon_shows_a_named_export() {
    let place = place();
    make_qcow2(&place, "disk.raw", "disk.qcow2", &[]);
    let server = NbdServer::storage_daemon(&place, "qcow2", "disk.qcow2");
    converts(&place, &server.uri_of("disk"));
}

#[test]
fn an_export_may_have_any_name() {
    let place = place();
    let server = NbdServer::qemu(&place, ["--format=raw", "--export-name=a/b c?ü%", "disk.raw"]);
    converts(&place, &server.uri_of("a/b%20c%3fü%25"));
}

#[test]
fn nbdkit_is_understood_whatever_it_lacks() {
    let place = place();
    for options in [
        &[][..],
        &["--no-sr"],
        &["--filter=noextents"],
        &["--mask-handshake=0"],
        &["--mask-handshake=1"],
        &["--filter=nozero", "--threads=1"],
    ] {
        let server =
            NbdServer::nbdkit(&place, options.iter().chain(&["--readonly", "file", "disk.raw"]));
        converts(&place, &server.uri());
    }
}

#[test]
fn block_sizes_are_heeded() {
    let place = place();
    let strict = ["blocksize-error-policy=error"];
    for sizes in [
        &["blocksize-minimum=4096"][..],
        &["blocksize-minimum=65536", "blocksize-preferred=65536", "blocksize-maximum=65536"],
        &["blocksize-minimum=512", "blocksize-preferred=1M", "blocksize-maximum=33554432"],
        &["blocksize-minimum=1", "blocksize-preferred=4096", "blocksize-maximum=262144"],
    ] {
        let plugin = ["--readonly", "--filter=blocksize-policy", "file", "disk.raw"];
        let server = NbdServer::nbdkit(&place, plugin.iter().chain(sizes).chain(&strict));
        let uri = server.uri();
        converts(&place, &uri);
        // Clusters that are smaller than the server's blocks.
        let image = run(place.command(["-c", "512", &uri])).image();
        assert!(image == run(place.command(["-c", "512", "disk.raw"])).image(), "{sizes:?}");
    }
}

#[test]
fn sizes_may_be_odd() {
    for size in [1_u64, 511, 513, 65_537, (2 << 20) + 1] {
        let disk = Input::new(size, vec![Write::new(size - 1, 1, Fill::Byte(1))]);
        let place = Workplace::with_disk(FRONT_END, &disk);
        let server = NbdServer::nbdkit(&place, ["--readonly", "file", "disk.raw"]);
        converts(&place, &server.uri());
    }
}

#[test]
fn an_empty_export_is_an_empty_disk() {
    let place = Workplace::new(FRONT_END);
    fs::write(place.disk(), "").expect("a file is written");
    let server = NbdServer::nbdkit(&place, ["--readonly", "null", "size=0"]);
    converts(&place, &server.uri());
}

#[test]
fn a_slow_server_on_tcp_is_waited_for() {
    let place = place();
    let slow = [
        "--readonly",
        "--filter=delay",
        "--filter=rate",
        "file",
        "disk.raw",
        "delay-read=20ms",
        "rate=200M",
    ];
    let server = NbdServer::nbdkit_tcp(&place, slow);
    converts(&place, &server.uri());
    let by_name = server.uri().replace("127.0.0.1", "localhost");
    converts(&place, &by_name);
}

#[test]
fn an_export_far_larger_than_its_data_is_no_trouble() {
    let place = Workplace::new(FRONT_END);
    fs::File::create(place.disk()).and_then(|disk| disk.set_len(8 << 40)).expect("a sparse file");
    let server = NbdServer::nbdkit(&place, ["--readonly", "memory", "size=8T"]);
    converts(&place, &server.uri());
}

#[test]
fn all_options_work() {
    let place = place();
    let server = NbdServer::qemu(&place, ["--format=raw", "disk.raw"]);
    let uri = server.uri();
    let expected = run(place.command(["disk.raw"])).image();
    let measured = run(place.command(["--measure", &uri])).image();
    assert_eq!(String::from_utf8_lossy(&measured), format!("{}\n", expected.len()));
    run(place.command(["-f", "raw", "-o", "image", &uri])).image();
    assert!(fs::read(place.path("image")).expect("the image is there") == expected);
    let longer = run(place.command(["--size", "20M", &uri])).image();
    assert!(longer == run(place.command(["--size", "20M", "disk.raw"])).image());
    run(place.command(["--size", "8M", &uri])).refused(2, &["16777216", "8388608"]);
    let told = run(place.command(["--progress=json", &uri]));
    assert!(told.stderr.lines().all(|line| line.starts_with('{')), "{}", told.stderr);
    assert!(told.stdout == expected);
}

#[test]
fn a_writable_export_is_noted_once() {
    let place = place();
    let server = NbdServer::nbdkit(&place, ["file", "disk.raw"]);
    let noted = run(place.command([&server.uri()]));
    assert_eq!(noted.status.code(), Some(0));
    assert_eq!(noted.stderr.matches("it is writable").count(), 1, "{}", noted.stderr);
    assert_eq!(noted.stderr.lines().count(), 1, "{}", noted.stderr);
    run(place.command(["-q", &server.uri()])).image();
}

/// The export has the same image as the file.
#[track_caller]
fn converts(place: &Workplace, uri: &str) {
    let image = run(place.command([uri])).image();
    assert!(image == run(place.command(["disk.raw"])).image(), "{uri}: other bytes");
}

fn make_qcow2(place: &Workplace, from: &str, to: &str, options: &[&str]) {
    let mut command = Command::new("qemu-img");
    command.args(["convert", "-f", "raw", "-O", "qcow2"]).args(options);
    let made = qemu::run(command.arg(place.path(from)).arg(place.path(to)));
    assert!(made.status.success(), "{command:?}: {}", String::from_utf8_lossy(&made.stderr));
}
