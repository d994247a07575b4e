//! A process whose calls to the kernel are looked at one by one, and of which one can be made to fail: ptrace(2), as
//! debuggers use it.
//!
//! strace can fail calls, too, but not let one move fewer bytes than it was asked to, choose one call among those of
//! several threads, or kill another process just before a call.

#[cfg(target_arch = "x86_64")]
mod calls;
mod process;
#[cfg(target_arch = "x86_64")]
mod start;
#[cfg(target_arch = "x86_64")]
mod tracee;
#[cfg(target_arch = "x86_64")]
mod watch;

use std::path::Path;
use std::process::Command;

use qcow2_stream_tests::command::in_shell;

use crate::call::{Call, Sides};
#[cfg(not(target_arch = "x86_64"))]
use crate::fault::Fault;
pub(crate) use process::Process;
#[cfg(target_arch = "x86_64")]
pub(crate) use start::trace;

/// What a descriptor is open on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Seen<'a> {
    /// What the process had as its standard output when it began.
    Stdout,
    /// A file, or a folder.
    Path(&'a Path),
    /// A socket, a pipe, or something else without a path.
    Nameless,
}

/// Says which side something is.
pub(crate) type SideOf<'a> = &'a dyn Fn(Seen<'_>) -> Sides;

/// What came of a process.
#[derive(Debug)]
pub(crate) struct Traced {
    /// Its exit status; none if a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it wrote to standard error.
    pub(crate) stderr: String,
    /// Its calls, in the order in which they began, until one was made to fail.
    pub(crate) calls: Vec<Call>,
    /// How many of them were made to fail.
    pub(crate) hits: usize,
    /// Numbers of calls of which nobody knows what they do.
    pub(crate) unknown: Vec<u64>,
    /// Whether it had to be killed because it did not end.
    pub(crate) hung: bool,
    /// The processes that it had started and that still ran when it ended.
    pub(crate) left: Vec<Process>,
}

/// The same command, to be stopped before it begins. What it is to have besides its arguments is to be set anew.
pub(crate) fn stopped(command: &Command) -> Command {
    in_shell("kill -STOP $$", command)
}

/// The tracer has to know the registers of the processor.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn trace(_: Command, _: SideOf<'_>, _: Option<&Fault>) -> Traced {
    panic!(
        "faults are put into calls on x86-64 only; for another processor, extend tracer/tracee.rs"
    );
}
