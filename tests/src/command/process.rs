//! A look at a process from outside.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process};

use super::wait::wait_until;

/// Waits until the command has a file open and does nothing but wait.
///
/// A wait for a disk or for a lock doesn't count, so that the command must be
/// waiting for the other end of a pipe or a terminal.
///
/// # Panics
///
/// If that doesn't come about.
pub fn wait_until_blocked(child: &Child, file: &Path) {
    let file = file.canonicalize().expect("the file is there");
    let id = child.id();
    wait_until(&format!("process {id} waits with {} open", file.display()), || {
        has_open(id, &file) && waits(id)
    });
}

/// Whether the command has a file open in a folder that has no name there.
///
/// # Panics
///
/// If the folder isn't there.
pub fn has_unnamed(child: &Child, folder: &Path) -> bool {
    let unnamed = folder.canonicalize().expect("the folder is there").join("#");
    let unnamed = unnamed.into_os_string().into_string().expect("the path is UTF-8");
    let links = fs::read_dir(format!("/proc/{}/fd", child.id())).into_iter().flatten().flatten();
    let mut open = links.filter_map(|link| fs::read_link(link.path()).ok());
    open.any(|open| open.to_string_lossy().starts_with(&unnamed))
}

/// Sends the command a signal.
///
/// # Panics
///
/// If it isn't there to get it.
pub fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("the process is there");
}

/// Sends the command a signal that has no name.
///
/// # Panics
///
/// If it isn't there to get it.
pub fn signal_by_number(child: &Child, signal: i32) {
    let (signal, id) = (format!("-{signal}"), child.id().to_string());
    let kill = Command::new("sh").args(["-c", "kill \"$@\"", "sh", &signal, &id]).status();
    assert!(kill.is_ok_and(|status| status.success()), "kill {signal} {id}");
}

fn has_open(id: u32, file: &Path) -> bool {
    let links = fs::read_dir(format!("/proc/{id}/fd")).expect("the process is there");
    links.filter_map(|link| fs::read_link(link.ok()?.path()).ok()).any(|open| open == file)
}

/// Whether each of its threads waits, so that none has work that another waits for.
fn waits(id: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{id}/task")).expect("the process is there");
    threads.filter_map(Result::ok).all(|thread| state(&thread.path()) == Some('S'))
}

/// What `ps` shows: the letter after the program's name in parentheses. A thread may have ended meanwhile.
fn state(thread: &Path) -> Option<char> {
    let stat = fs::read_to_string(thread.join("stat")).ok()?;
    stat.rsplit(')').next()?.trim_start().chars().next()
}
