//! Processes, seen from outside.

use std::fs;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use qcow2_stream_tests::command::wait_until;

/// Far more than a conversion takes here, and than the command waits for anybody.
const DEADLINE: Duration = Duration::from_secs(100);

/// A process, told from any later one of the same number by when it began.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Process {
    id: Pid,
    begun: Option<String>,
}

impl Process {
    fn new(id: i32) -> Self {
        Self { id: Pid::from_raw(id), begun: field(id, 19) }
    }

    /// Whether it runs. One that nobody has waited for doesn't.
    fn runs(&self) -> bool {
        let (begun, state) = (field(self.id.as_raw(), 19), field(self.id.as_raw(), 0));
        begun.is_some() && begun == self.begun && state.is_some_and(|state| state != "Z")
    }

    /// Kills it, and waits until it is dead.
    pub(super) fn kill(&self) {
        // It may have ended by itself.
        let _ = kill(self.id, Signal::SIGKILL);
        self.wait();
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&self) {
        wait_until(&format!("{self:?} has ended"), || !self.runs());
    }
}

/// The processes that a process has started.
pub(super) fn children(of: Pid) -> Vec<Process> {
    let threads = fs::read_dir(format!("/proc/{of}/task")).expect("the process is there");
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok());
    let ids = lists.flat_map(|list| {
        list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()
    });
    ids.map(Process::new).collect()
}

/// A field of a process's status, counted from the letter after its name.
fn field(id: i32, index: usize) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit(") ").next()?.split(' ').nth(index).map(str::to_owned)
}

/// Kills a process that does not end.
pub(super) struct Watchdog {
    ended: Sender<()>,
    thread: JoinHandle<bool>,
}

impl Watchdog {
    pub(super) fn over(id: Pid) -> Self {
        let (ended, wait) = channel();
        let thread = std::thread::spawn(move || {
            let late = wait.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout);
            // Not yet waited for, so the number is still its own.
            late && kill(id, Signal::SIGKILL).is_ok()
        });
        Self { ended, thread }
    }

    /// Ends the watch, before the process's number can be another's. Whether the process had to be killed.
    pub(super) fn end(self) -> bool {
        let _ = self.ended.send(());
        self.thread.join().expect("no panic")
    }
}
