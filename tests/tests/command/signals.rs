//! Signals: the command ends by them, and leaves nothing behind.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{
    Lockstep, Outcome, Workplace, at_first_line_of, finish, in_shell, run, signal,
    signal_by_number, spawn, wait_for_bytes, with_default_signals, without_proc,
};
use rustix::process::Signal;

use crate::{LARGE, place};

const SIGNALS: [Signal; 4] = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT];

#[test]
fn a_signal_while_the_disk_is_read_leaves_no_file() {
    for sent in SIGNALS {
        let place = place(LARGE);
        ended_by(sent, &interrupted(&place, heeding(&place, &ARGS), "scan", sent));
        assert_eq!(place.names(), ["disk.raw"], "{sent:?}");
    }
}

#[test]
fn a_signal_while_the_image_is_written_leaves_no_file() {
    for sent in SIGNALS {
        let place = place(LARGE);
        ended_by(sent, &interrupted(&place, heeding(&place, &ARGS), "emit", sent));
        assert_eq!(place.names(), ["disk.raw"], "{sent:?}");
    }
}

#[test]
fn not_even_sigkill_leaves_a_file_that_is_not_complete() {
    for (name, phase) in [("image", "scan"), ("image", "emit"), ("old", "emit")] {
        let place = place(LARGE);
        fs::write(place.path("old"), "old").expect("a file is written");
        let command = place.command(["-o", name, "disk.raw"]);
        ended_by(Signal::KILL, &interrupted(&place, command, phase, Signal::KILL));
        assert_eq!(place.names(), ["disk.raw", "old"], "{name}, {phase}");
        assert_eq!(fs::read(place.path("old")).expect("the file is there"), b"old");
    }
}

#[test]
fn where_a_file_has_a_name_from_the_start_any_signal_that_can_be_caught_removes_it() {
    for sent in (1..=64).filter(|signal| !LEAVING.contains(signal)) {
        let place = place(LARGE);
        let mut lockstep =
            Lockstep::start(with_default_signals(&without_proc(&place.command(ARGS))));
        let child = lockstep.hold(&place.disk(), at_first_line_of("emit"));
        assert!(has_partial(&place), "no file to remove");
        signal_by_number(child, sent);
        let outcome = lockstep.release();
        if HARMLESS.contains(&sent) {
            assert_eq!(outcome.status.code(), Some(0), "{sent}: {}", outcome.stderr);
            assert_eq!(place.names(), ["disk.raw", "image"], "{sent}");
        } else {
            assert_eq!(
                outcome.status.signal(),
                Some(sent),
                "{}: {}",
                outcome.status,
                outcome.stderr
            );
            assert_eq!(place.names(), ["disk.raw"], "{sent}");
        }
    }
}

/// Those that leave it: SIGILL, SIGFPE, SIGKILL, SIGSEGV, and two that the C library keeps for itself.
/// SIGSTOP and its like only let it wait.
const LEAVING: [i32; 10] = [4, 8, 9, 11, 32, 33, 19, 20, 21, 22];

/// SIGPIPE, SIGCHLD, SIGCONT, SIGURG, SIGXFSZ, SIGWINCH: errors of a write, or ignored by default.
const HARMLESS: [i32; 6] = [13, 17, 18, 23, 25, 28];

#[test]
fn a_signal_leaves_the_file_as_it_was() {
    for (sent, phase) in SIGNALS.into_iter().zip(["scan", "emit", "emit", "scan"]) {
        let place = place(LARGE);
        fs::write(place.path("image"), "old").expect("a file is written");
        ended_by(sent, &interrupted(&place, heeding(&place, &ARGS), phase, sent));
        assert_eq!(fs::read(place.path("image")).expect("the file is there"), b"old");
        assert_eq!(place.names(), ["disk.raw", "image"], "{sent:?}");
    }
}

#[test]
fn a_signal_that_the_caller_has_ignored_is_ignored() {
    // What nohup does, and a shell for what it starts in the background.
    for (sent, name) in SIGNALS.into_iter().zip(["INT", "TERM", "HUP", "QUIT"]) {
        let place = place(LARGE);
        let command = in_shell(&format!("trap '' {name}"), &place.command(ARGS));
        interrupted(&place, command, "emit", sent).image();
        let image = fs::read(place.path("image")).expect("the image is there");
        let expected = run(place.command(["disk.raw"])).image();
        assert!(image == expected, "{sent:?}: the image has other bytes");
    }
}

#[test]
fn a_signal_ends_a_command_that_waits_for_its_reader() {
    for sent in SIGNALS {
        let place = place(LARGE);
        let mut command = heeding(&place, &["disk.raw"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = spawn(command);
        wait_for_bytes(child.stdout.as_ref().expect("a pipe"));
        signal(&child, sent);
        ended_by(sent, &finish(child));
    }
}

const ARGS: [&str; 3] = ["-o", "image", "disk.raw"];

/// The command, which ignores no signal from the start.
fn heeding(place: &Workplace, args: &[&str]) -> Command {
    with_default_signals(&place.command(args))
}

/// Sends a signal while the command is in a phase, and waits for its end.
fn interrupted(place: &Workplace, command: Command, phase: &str, sent: Signal) -> Outcome {
    let mut lockstep = Lockstep::start(command);
    let child = lockstep.hold(&place.disk(), at_first_line_of(phase));
    signal(child, sent);
    lockstep.release()
}

fn has_partial(place: &Workplace) -> bool {
    place.names().iter().any(|name| name.ends_with(".partial"))
}

#[track_caller]
fn ended_by(signal: Signal, outcome: &Outcome) {
    let Outcome { status, stderr, .. } = outcome;
    assert_eq!(status.signal(), Some(signal.as_raw()), "{status}: {stderr}");
}
