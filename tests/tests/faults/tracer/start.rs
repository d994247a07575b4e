//! The beginning and the end of a process that is watched.

use std::io::Read;
use std::process::Command;

use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use qcow2_stream_tests::command::spawn;

use super::process::Watchdog;
use super::watch::Watch;
use super::{SideOf, Traced};
use crate::fault::Fault;

/// Starts a command that is [`stopped`](super::stopped), and follows it to its end.
#[allow(clippy::zombie_processes)] // the watch waits for it
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
    let mut watch = Watch::new(leader, side_of, fault);
    let code = watch.follow();
    let hung = watchdog.end();
    // A message is less than a pipe holds.
    let mut stderr = Vec::new();
    let pipe = child.stderr.take().expect("standard error is a pipe");
    pipe.take(1 << 20).read_to_end(&mut stderr).expect("a pipe can be read");
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    let Watch { calls, hits, unknown, left, .. } = watch;
    Traced { code, stderr, calls, hits, unknown, hung, left }
}
