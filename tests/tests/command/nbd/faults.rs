//! Servers that fail, and users who lose patience.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use qcow2_stream_tests::command::{
    NbdServer, Workplace, finish, has_unnamed, run, signal, spawn, wait_until, with_default_signals,
};
use rustix::process::Signal;

use super::place;

#[test]
fn a_server_that_cannot_read_is_to_blame() {
    let place = place();
    let options = [
        "--readonly",
        "--filter=error",
        "file",
        "disk.raw",
        "error-pread=EIO",
        "error-pread-rate=100%",
    ];
    let server = NbdServer::nbdkit(&place, options);
    let uri = server.uri();
    run(place.command([&uri])).refused(4, &[&uri, "at offset 0", "input/output error (EIO)"]);
    run(place.command(["-o", "image", &uri])).refused(4, &["EIO"]);
    assert_eq!(place.names(), ["disk.raw", "nbd.sock"], "something was left");
}

#[test]
fn a_server_that_fails_in_the_middle_is_to_blame() {
    let place = place();
    let read = "[ $4 -lt 8388608 ] || { echo EIO >&2; exit 1; }; head -c $3 /dev/urandom";
    let server = eval(&place, read);
    let outcome = run(place.command([&server.uri()]));
    outcome.refused(4, &["cannot read nbd+unix:", "at offset 8388608", "EIO"]);
}

#[test]
fn a_server_that_fails_in_the_second_pass_is_to_blame() {
    let place = place();
    // The last bytes are read once in the first pass, and from then on nothing is.
    let read = "[ ! -e end ] || { echo EIO >&2; exit 1; }; \
        [ $(($3 + $4)) -lt 16777216 ] || touch end; yes | head -c $3";
    let server = eval(&place, read);
    let outcome = run(place.command(["-o", "image", &server.uri()]));
    outcome.failed(4, &["cannot read nbd+unix:", "EIO"]);
    assert!(!place.path("image").exists(), "a part of an image is left");
}

#[test]
fn a_server_that_goes_away_is_to_blame() {
    let place = place();
    let server = eval(&place, "kill -KILL $PPID");
    let outcome = run(place.command([&server.uri()]));
    outcome.refused(4, &["at offset 0", "closed the connection"]);
}

/// A server of 16 MiB that runs this for each read: `$3` bytes at the offset `$4`.
fn eval(place: &Workplace, read: &str) -> NbdServer {
    let read = format!("pread={read}");
    NbdServer::nbdkit(place, ["--readonly", "--threads=1", "eval", "get_size=echo 16777216", &read])
}

#[test]
fn an_unknown_export_is_refused_with_the_names_that_there_are() {
    let place = place();
    let server = NbdServer::qemu(&place, ["--format=raw", "--export-name=disk", "disk.raw"]);
    let words = ["no export named 'other'", "it offers 'disk'"];
    run(place.command([server.uri_of("other")])).refused(4, &words);
    run(place.command([server.uri()])).refused(4, &["no export named ''", "it offers 'disk'"]);
}

#[test]
fn a_server_that_requires_tls_is_refused_with_a_way_out() {
    let place = place();
    fs::write(place.path("keys"), "user:0123456789abcdef0123456789abcdef\n").expect("a file");
    let keys = format!("--tls-psk={}", place.path("keys").display());
    let options = ["--readonly", "--tls=require", &keys, "file", "disk.raw"];
    let server = NbdServer::nbdkit(&place, options);
    run(place.command([&server.uri()])).refused(4, &["requires TLS", "tunnel"]);
}

#[test]
fn a_signal_ends_the_wait_for_a_server_and_leaves_no_file() {
    for sent in [Signal::INT, Signal::TERM, Signal::HUP] {
        let place = place();
        let options = ["--readonly", "--filter=delay", "file", "disk.raw", "delay-read=3600"];
        let server = NbdServer::nbdkit(&place, options);
        // Without -q, the disk's first bytes are looked at before the output is opened.
        let args = ["-q", "-o", "image", &server.uri()];
        let mut command = with_default_signals(&place.command(args));
        command.stderr(Stdio::piped());
        let child = spawn(command);
        wait_until("the output is open", || has_unnamed(&child, place.folder()));
        signal(&child, sent);
        let outcome = finish(child);
        assert_eq!(outcome.status.signal(), Some(sent.as_raw()), "{}", outcome.stderr);
        assert_eq!(place.names(), ["disk.raw", "nbd.sock"], "{sent:?}");
    }
}

#[test]
fn a_signal_ends_the_wait_where_nothing_is_to_be_tidied_up() {
    let place = place();
    let options = ["--readonly", "--filter=delay", "file", "disk.raw", "delay-open=3600"];
    let server = NbdServer::nbdkit(&place, options);
    let child = spawn(with_default_signals(&place.command(["--measure", &server.uri()])));
    wait_until("the command sleeps", || {
        let stat = fs::read_to_string(format!("/proc/{}/wchan", child.id()));
        stat.is_ok_and(|wchan| wchan.contains("unix_stream") || wchan.contains("schedule"))
    });
    signal(&child, Signal::INT);
    assert_eq!(finish(child).status.signal(), Some(Signal::INT.as_raw()));
}
