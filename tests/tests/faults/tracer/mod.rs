//! A process whose calls to the kernel are looked at one by one, and of which one can be made to fail: ptrace(2), as
//! debuggers use it.
//!
//! strace can fail calls, too, but not let one move fewer bytes than it was asked to, choose one call among those of
//! several threads, or kill another process just before a call.

mod calls;
mod process;
mod tracee;
mod tracer;

use std::io::Read;
use std::path::Path;
use std::process::Command;

use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use qcow2_stream_tests::command::{in_shell, spawn};

use crate::call::{Call, Sides};
use crate::fault::Fault;
pub(crate) use process::Process;
use process::Watchdog;
use tracer::Tracer;

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

/// Starts a command that is [`stopped`], and follows it to its end.
///
/// The calling thread must have no other children.
pub(crate) fn trace(command: Command, side_of: SideOf<'_>, fault: Option<&Fault>) -> Traced {
    let mut child = spawn(command);
    let leader = Pid::from_raw(child.id().cast_signed());
    let stopped = waitpid(leader, Some(WaitPidFlag::WUNTRACED)).expect("it is a child");
    assert!(matches!(stopped, WaitStatus::Stopped(..)), "it stops itself: {stopped:?}");
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_TRACEEXIT
        | Options::PTRACE_O_EXITKILL;
    ptrace::seize(leader, options).expect("a child may be traced");
    kill(leader, Signal::SIGCONT).expect("it is a child");
    let watchdog = Watchdog::over(leader);
    let mut tracer = Tracer::new(leader, side_of, fault);
    let code = tracer.follow();
    let hung = watchdog.end();
    // A message is less than a pipe holds.
    let mut stderr = Vec::new();
    let pipe = child.stderr.take().expect("standard error is a pipe");
    pipe.take(1 << 20).read_to_end(&mut stderr).expect("a pipe can be read");
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    let Tracer { calls, hits, unknown, left, .. } = tracer;
    Traced { code, stderr, calls, hits, unknown, hung, left }
}
