//! The look at an image before it is read: it may take long, shows how far it has got, and can be ended.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;

use qcow2_stream_tests::command::{Lockstep, at_first_line_of, run, signal, with_default_signals};
use rustix::process::Signal;
use serde_json::Value;

use crate::daemon::with_daemon;
use crate::endings::{Daemon, nothing_left, stage, with_tmp};
use crate::stage::{command, convert, empty, expected, make, overlay, place, qemu_img};

/// More than the 10 seconds that QEMU waits for a client that says nothing.
const LONG: Duration = Duration::from_secs(12);

#[test]
fn a_check_may_take_longer_than_qemu_waits_for_a_client() {
    let place = place();
    make(&place, "-O qcow2", "image");
    let mut command = command(&place, "qcow2", &["-o", "out"], "image");
    command.stdout(Stdio::piped());
    let mut lockstep = Lockstep::start(command);
    // It waits to report what it has checked, and the daemon is there.
    lockstep.hold(&place.path("image"), at_first_line_of("check"));
    std::thread::sleep(LONG);
    let outcome = lockstep.release();
    assert!(outcome.status.success() && outcome.stderr.is_empty(), "{}", outcome.stderr);
    assert!(fs::read(place.path("out")).expect("it is there") == expected(&place));
}

#[test]
fn a_signal_during_the_check_ends_it_and_the_daemon() {
    for sent in [Signal::INT, Signal::TERM, Signal::HUP, Signal::KILL] {
        let place = stage();
        let mut lockstep = Lockstep::start(with_tmp(&place, &["-o", "out"]));
        let child = lockstep.hold(&place.path("image"), at_first_line_of("check"));
        let daemon = Daemon::soon_of(child);
        signal(child, sent);
        assert_eq!(lockstep.release().status.signal(), Some(sent.as_raw()));
        nothing_left(&place, &daemon);
    }
}

#[test]
fn the_check_is_reported_from_beginning_to_end_and_before_the_rest() {
    let place = place();
    make(&place, "-O qcow2", "base");
    overlay(&place, "base", "qcow2", "over");
    let more = ["--progress=json", "--allow", "base"];
    let outcome = convert(&place, "qcow2", &more, "over");
    assert!(outcome.status.success(), "{}", outcome.stderr);
    let lines = outcome.stderr.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.collect::<Result<_, _>>().expect("JSON");
    let mut phases: Vec<_> = lines.iter().map(|line| line["phase"].clone()).collect();
    phases.dedup();
    assert_eq!(phases, ["check", "scan", "emit"]);
    let check: Vec<_> = lines.iter().filter(|line| line["phase"] == "check").collect();
    let bytes = |line: &Value| line["bytes"].as_u64().expect("a number");
    assert!(check.iter().map(|line| bytes(line)).is_sorted(), "{check:?}");
    let size = |name| fs::metadata(place.path(name)).expect("it is there").len();
    let last = check.last().expect("a line");
    assert_eq!((bytes(check[0]), &last["bytes"]), (0, &last["total"]));
    assert_eq!(bytes(last), size("over") + size("base"));
}

#[test]
fn a_daemon_that_takes_long_to_open_an_image_is_waited_for() {
    let place = place();
    // It answers three commands: what it can do, the file, and, after more than half a minute, the disk.
    let line = r#"
        static char text[65536];
        #define SAY(what) write(1, what "\n", sizeof what)
        SAY("{\"QMP\": {}}"); read(1, text, sizeof text);
        SAY("{\"return\": {}}"); read(1, text, sizeof text);
        SAY("{\"return\": {}}"); read(1, text, sizeof text);
        sleep(32);
        SAY("{\"error\": {\"class\": \"GenericError\", \"desc\": \"no such luck\"}}");
        for (;;) pause();"#;
    run(with_daemon(&place, line)).refused(4, &["cannot read image: no such luck"]);
}

#[test]
fn tables_that_are_all_the_same_one_are_checked_at_once() {
    let place = empty();
    qemu_img(&place, ["create", "-q", "-f", "qcow2", "image", "2P"]);
    let image = File::options().read(true).write(true).open(place.path("image"));
    let image = image.expect("it is there");
    let mut l1 = [0; 8];
    image.read_exact_at(&mut l1, 40).expect("a header");
    let end = image.metadata().expect("a file").len().next_multiple_of(1 << 16);
    let entries = (end | 1 << 63).to_be_bytes().repeat(4 << 20);
    image.write_all_at(&entries, u64::from_be_bytes(l1)).expect("there is room");
    image.write_all_at(&[0; 1 << 16], end).expect("there is room");
    drop(image);
    // 4 Mi tables of 64 KiB would take some 25 minutes.
    let mut command = command(&place, "qcow2", &["-c", "4K"], "image");
    command.stdout(Stdio::null());
    let refused = run(with_default_signals(&command));
    refused.refused(3, &["2251799813685248"]);
    assert_eq!(place.names(), ["image"]);
}
