//! The daemon as a process: it lives no longer than it is used.

use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::program;
use crate::shown;

/// How much of what the daemon says is kept, in bytes.
const SAID: u64 = 4096;

/// How long a daemon that has closed its sockets gets to end by itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// A process that is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Child {
    process: process::Child,
    said: Arc<Mutex<Vec<u8>>>,
    listener: JoinHandle<()>,
}

impl Child {
    /// Starts it, in a process group of its own: what the terminal sends is for this program to deal with.
    pub(super) fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut process = command.stderr(Stdio::piped()).process_group(0).spawn()?;
        let stderr = process.stderr.take();
        let said = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&said);
        let listen = move || stderr.map_or((), |stderr| listen(stderr, &keep));
        match thread::Builder::new().spawn(listen) {
            Ok(listener) => Ok(Self { process, said, listener }),
            Err(error) => {
                end(&mut process);
                Err(error)
            }
        }
    }

    /// Its number, which is its own as long as this is there.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// How it ended, and what it said. It does end.
    pub(super) fn fate(&mut self) -> String {
        let status = self.end_by_itself().or_else(|| end(&mut self.process));
        within_patience(|| self.listener.is_finished().then_some(()));
        let how = status.map_or("it cannot be told how".to_owned(), |status| status.to_string());
        let said = self.said.lock().map(|said| words(&said)).unwrap_or_default();
        let said = if said.is_empty() { "it said nothing" } else { &said };
        format!("{} has ended ({how}): {said}", program::NAME)
    }

    fn end_by_itself(&mut self) -> Option<ExitStatus> {
        within_patience(|| self.process.try_wait().ok().flatten())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// Ends a process, and all that it has started.
fn end(process: &mut process::Child) -> Option<ExitStatus> {
    if let Ok(Some(status)) = process.try_wait() {
        return Some(status);
    }
    // Not yet waited for, so the number is still its own.
    let group = i32::try_from(process.id()).ok().and_then(Pid::from_raw);
    let _ = group.map(|group| kill_process_group(group, Signal::KILL));
    let _ = process.kill();
    process.wait().ok()
}

/// Asks again and again, for want of a way to wait for all that may happen.
fn within_patience<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    const PAUSE: Duration = Duration::from_millis(10);
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        thread::sleep(PAUSE);
    }
    ask()
}

/// Keeps the beginning of what is said, and lets the rest be said to nobody.
fn listen(mut stderr: impl Read, keep: &Mutex<Vec<u8>>) {
    let mut some = [0; 512];
    while let Ok(read @ 1..) = stderr.read(&mut some) {
        let Ok(mut kept) = keep.lock() else { return };
        let room = SAID.saturating_sub(kept.len() as u64).min(read as u64);
        kept.extend(some.iter().take(room as usize));
    }
}

/// What was said, in one line without the program's name.
fn words(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let prefix = format!("{}: ", program::NAME);
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| shown::text(line.strip_prefix(&prefix).unwrap_or(line)));
    lines.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Child {
        let mut command = Command::new("sh");
        Child::spawn(command.arg("-c").arg(script).stdin(Stdio::null())).unwrap()
    }

    #[test]
    fn its_end_and_its_last_words_are_told() {
        let fate = shell("echo 'qemu-storage-daemon: no such luck' >&2; exit 3").fate();
        assert_eq!(fate, "qemu-storage-daemon has ended (exit status: 3): no such luck");
    }

    #[test]
    fn a_flood_of_words_neither_stops_it_nor_fills_the_memory() {
        let mut child = shell("yes \"$(printf 'a\\033[31m')\" | head -c 1000000 >&2");
        let fate = child.fate();
        assert!(fate.contains("exit status: 0") && fate.contains("a\\u{1b}[31m; a"), "{fate}");
        assert!(child.said.lock().unwrap().len() as u64 == SAID);
    }

    #[test]
    fn one_that_does_not_end_is_ended_with_all_that_it_started() {
        let mut child = shell("sleep 1000 & echo $! >&2; wait");
        let fate = child.fate();
        assert!(fate.contains("signal: 9"), "{fate}");
        assert!(child.listener.is_finished(), "something has kept its standard error open");
    }

    #[test]
    fn it_does_not_survive_a_panic() {
        let child = shell("sleep 1000 & echo up >&2; wait");
        within_patience(|| child.said.lock().unwrap().starts_with(b"up").then_some(()));
        let id = child.process.id();
        assert!(std::fs::exists(format!("/proc/{id}")).unwrap(), "it is not there at all");
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _child = child;
            panic!("on purpose");
        }));
        assert!(panic.is_err() && !std::fs::exists(format!("/proc/{id}")).unwrap());
    }
}
