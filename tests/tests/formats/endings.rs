//! However a conversion ends, no process, no socket and no folder is left.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use qcow2_stream_tests::command::{
    FrontEnd, Workplace, drain, finish, signal, spawn, wait_for_bytes, wait_until,
    with_default_signals,
};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{command, expected, make};

/// A folder with an image that no pipe holds as a whole, and one for temporary files. A pipe of 1 MiB has 256 places,
/// each for a page that is written, but for up to 32 KiB that come from a socket.
pub(crate) fn stage() -> Workplace {
    let data = vec![Write::new(0, 24 << 20, Fill::Xorshift64(1))];
    let place = Workplace::with_disk(FrontEnd::Native, &Input::new(24 << 20, data));
    make(&place, "-O qcow2", "image");
    fs::create_dir(place.path("tmp")).expect("a folder is made");
    place
}

/// The command, which uses that folder.
pub(crate) fn with_tmp(place: &Workplace, more: &[&str]) -> Command {
    let mut command = with_default_signals(&command(place, "qcow2", more, "image"));
    command.env("TMPDIR", place.path("tmp")).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A command that waits for the reader of its image, and its daemon.
pub(crate) fn held(place: &Workplace) -> (Child, Daemon) {
    let child = spawn(with_tmp(place, &[]));
    wait_for_bytes(child.stdout.as_ref().expect("a pipe"));
    let daemon = Daemon::of(&child);
    (child, daemon)
}

/// A process, told from any later one of the same number by when it began.
#[derive(Debug)]
pub(crate) struct Daemon {
    id: u32,
    begun: String,
}

impl Daemon {
    /// That of a command, which has one or is about to.
    pub(crate) fn soon_of(parent: &Child) -> Self {
        let name = |id| fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        wait_until("the daemon runs", || {
            child_of(parent).is_some_and(|id| name(id) == "qemu-storage-da\n")
        });
        Self::of(parent)
    }

    pub(crate) fn of(parent: &Child) -> Self {
        let id = child_of(parent).expect("the command has a child");
        let name = fs::read_to_string(format!("/proc/{id}/comm")).expect("it is there");
        assert_eq!(name, "qemu-storage-da\n");
        Self { id, begun: field(id, 19).expect("it is there") }
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    fn kill(&self) {
        let id = Pid::from_raw(self.id.cast_signed()).expect("a number");
        kill_process(id, Signal::KILL).expect("it is there");
    }

    /// Whether it runs. One that nobody has waited for doesn't.
    fn runs(&self) -> bool {
        field(self.id, 19).as_ref() == Some(&self.begun)
            && field(self.id, 0).is_none_or(|state| state != "Z")
    }
}

/// A process that another has started.
fn child_of(parent: &Child) -> Option<u32> {
    ids().find(|id| field(*id, 1).is_some_and(|of| of == parent.id().to_string()))
}

/// All processes.
fn ids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("there is /proc");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// A field of a process's status, counted from the letter after its name.
fn field(id: u32, index: usize) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit(") ").next()?.split(' ').nth(index).map(str::to_owned)
}

/// Checks that nothing is left of the daemon.
#[track_caller]
pub(crate) fn nothing_left(place: &Workplace, daemon: &Daemon) {
    wait_until("the daemon has ended", || !daemon.runs());
    assert_eq!(
        fs::read_dir(place.path("tmp")).expect("it is there").count(),
        0,
        "a folder is left"
    );
    let tmp = place.path("tmp").to_str().expect("UTF-8").to_owned();
    wait_until("its sockets are gone", || {
        !fs::read_to_string("/proc/net/unix").expect("there is /proc").contains(&tmp)
    });
    assert_eq!(place.names(), ["disk.raw", "image", "tmp"]);
}

#[test]
fn nothing_is_left_after_success() {
    let place = stage();
    let (child, daemon) = held(&place);
    assert!(finish(child).image() == expected(&place));
    nothing_left(&place, &daemon);
}

#[test]
fn nothing_has_a_name_while_the_daemon_runs() {
    let place = stage();
    let (child, daemon) = held(&place);
    assert_eq!(fs::read_dir(place.path("tmp")).expect("it is there").count(), 0);
    finish(child).image();
    nothing_left(&place, &daemon);
}

#[test]
fn nothing_is_left_after_a_failure() {
    let place = stage();
    let (child, daemon) = held(&place);
    // The image changes.
    fs::write(place.path("image"), "other").expect("it is written");
    finish(child).failed(4, &["image changed while it was read"]);
    nothing_left(&place, &daemon);
}

#[test]
fn nothing_is_left_after_a_refusal() {
    let place = stage();
    fs::write(place.path("image"), "no image").expect("it is written");
    finish(spawn(with_tmp(&place, &[]))).refused(4, &["image"]);
    assert_eq!(fs::read_dir(place.path("tmp")).expect("it is there").count(), 0);
}

#[test]
fn nothing_is_left_after_a_signal() {
    for sent in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT, Signal::KILL, Signal::ABORT]
    {
        let place = stage();
        let (child, daemon) = held(&place);
        signal(&child, sent);
        assert_eq!(finish(child).status.signal(), Some(sent.as_raw()));
        nothing_left(&place, &daemon);
    }
}

#[test]
fn nothing_is_left_after_a_closed_pipe() {
    let place = stage();
    let (mut child, daemon) = held(&place);
    drop(child.stdout.take());
    finish(child).failed(5, &["standard output", "closed"]);
    nothing_left(&place, &daemon);
}

#[test]
fn nothing_is_left_after_a_signal_with_an_output_file() {
    use qcow2_stream_tests::command::{Lockstep, at_first_line_of};
    for sent in [Signal::INT, Signal::TERM, Signal::HUP] {
        let place = stage();
        let mut lockstep = Lockstep::start(with_tmp(&place, &["-o", "out"]));
        let child = lockstep.hold(&place.path("image"), at_first_line_of("emit"));
        let daemon = Daemon::of(child);
        signal(child, sent);
        assert_eq!(lockstep.release().status.signal(), Some(sent.as_raw()));
        nothing_left(&place, &daemon);
    }
}

#[test]
fn a_daemon_that_is_killed_fails_the_conversion() {
    let place = stage();
    let (mut child, daemon) = held(&place);
    daemon.kill();
    let stdout = child.stdout.take().expect("a pipe");
    let begun = std::thread::spawn(move || drain(stdout));
    finish(child).failed(4, &["cannot read image", "qemu-storage-daemon has ended (signal: 9"]);
    let begun = begun.join().expect("it is read");
    assert!(begun.len() < expected(&place).len(), "nothing was left to read");
    nothing_left(&place, &daemon);
}

#[test]
fn a_terminals_interrupt_reaches_the_command_alone() {
    let place = stage();
    let (child, daemon) = held(&place);
    let group = |id: u32| field(id, 2);
    assert_ne!(group(child.id()), group(daemon.id));
    finish(child).image();
    nothing_left(&place, &daemon);
}
