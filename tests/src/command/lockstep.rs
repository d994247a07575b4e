//! A command that can go on only as far as its progress lines are read.

use std::path::Path;
use std::process::{Child, Command};

use rustix::fd::{AsFd, OwnedFd};
use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, tee};
use serde_json::Value;

use super::outcome::{Outcome, finish, spawn};
use super::pipe::wait_for_bytes;
use super::process::wait_until_blocked;

/// What a pipe with a single slot is asked to hold.
const PAGE: usize = 4096;

/// A command whose standard error is a pipe with room for a single line.
///
/// The pipe is in packet mode: each line takes a slot, and there is one. While
/// a line lies in it unread, the command waits at its next line, and can't end
/// before that.
#[derive(Debug)]
pub struct Lockstep {
    child: Child,
    lines: OwnedFd,
}

impl Lockstep {
    /// Starts the command with `--progress=json`.
    ///
    /// # Panics
    ///
    /// If it can't be started.
    pub fn start(mut command: Command) -> Self {
        let flags = PipeFlags::CLOEXEC | PipeFlags::DIRECT;
        let (lines, writer) = pipe_with(flags).expect("a pipe in packet mode");
        fcntl_setpipe_size(&writer, PAGE).expect("a pipe may be small");
        rustix::io::write(&writer, b"{}\n").expect("the pipe has room for a line");
        command.arg("--progress=json").stderr(writer);
        Self { child: spawn(command), lines }
    }

    /// Reads lines until the next one is of the wanted kind, leaves that in
    /// the pipe, and waits until the command, with its disk open, waits too.
    ///
    /// # Panics
    ///
    /// If there is no such line.
    pub fn hold(&mut self, disk: &Path, wanted: impl Fn(&Value) -> bool) -> &mut Child {
        while !wanted(&self.peek()) {
            line(&self.lines);
        }
        wait_until_blocked(&self.child, disk);
        &mut self.child
    }

    /// Lets the command go on to its end. The progress is no part of what it
    /// says on standard error then.
    ///
    /// # Panics
    ///
    /// If it doesn't end.
    pub fn release(self) -> Outcome {
        let lines = std::thread::spawn(move || {
            let all = std::iter::repeat_with(|| line(&self.lines));
            all.take_while(|line| !line.is_empty()).collect::<Vec<_>>()
        });
        let mut outcome = finish(self.child);
        let lines = lines.join().expect("the lines are read");
        outcome.stderr = lines.into_iter().filter(|line| !line.starts_with('{')).collect();
        outcome
    }

    /// The line in the pipe, which stays there.
    fn peek(&self) -> Value {
        wait_for_bytes(&self.lines);
        let (copy, writer) = std::io::pipe().expect("a pipe");
        tee(&self.lines, &writer, PAGE, SpliceFlags::empty()).expect("a line can be looked at");
        let line = line(&copy);
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }
}

/// Takes a line out of a pipe; it is empty at the end.
///
/// What a read has no room for is lost in packet mode.
fn line(pipe: impl AsFd) -> String {
    let mut line = [0; PAGE];
    let length = rustix::io::read(pipe, &mut line).expect("a line can be read");
    String::from_utf8(line[..length].to_vec()).expect("the command speaks UTF-8")
}

/// Tells the line that is there before the command's own.
pub fn at_the_start(line: &Value) -> bool {
    line["phase"].is_null()
}

/// Tells the first line of a phase.
pub fn at_first_line_of(phase: &str) -> impl Fn(&Value) -> bool {
    move |line| line["phase"] == phase && line["bytes"] == 0
}

/// Tells the last line of a phase.
pub fn at_last_line_of(phase: &str) -> impl Fn(&Value) -> bool {
    move |line| line["phase"] == phase && line["bytes"] == line["total"]
}
