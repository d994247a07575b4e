//! `keeper FOLDER PROGRAM ARGS…` runs a program until that ends or nobody
//! holds the keeper's standard input open any more, whichever comes first.
//! Then no process that descends from it stays, and the folder is removed.
//!
//! Browsers start dozens of processes, some of which leave their group and
//! their parents. As their reaper, the keeper still has them all below it. And
//! a test process may end in any way: the system closes its pipes.

use std::ffi::OsString;
use std::io::Read;
use std::process::{Command, Stdio, exit};
use std::thread;
use std::time::{Duration, Instant};

use qcow2_stream_tests::browser::below;
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, wait};

/// How long a program has to put things in order, as an X server does.
const GRACE: Duration = Duration::from_secs(1);

/// How long to wait before another look.
const PAUSE: Duration = Duration::from_millis(20);

fn main() {
    let mut args = std::env::args_os().skip(1);
    let (Some(folder), Some(program)) = (args.next(), args.next()) else {
        eprintln!("usage: keeper FOLDER PROGRAM ARGS...");
        exit(2);
    };
    set_child_subreaper(Some(getpid())).expect("a process may adopt");
    let child = start(program, args);
    thread::spawn(|| {
        // Nothing is ever written there.
        let _ = std::io::stdin().read(&mut [0]);
        end_all();
    });
    reap(child);
    std::fs::remove_dir_all(&folder).expect("nobody uses the folder any more");
}

fn start(program: OsString, args: impl Iterator<Item = OsString>) -> Pid {
    let mut command = Command::new(program);
    let child = command.args(args).stdin(Stdio::null()).spawn();
    Pid::from_child(&child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// Waits for the end of all processes; that of the program ends the others.
fn reap(child: Pid) {
    while let Ok(ended) = wait(WaitOptions::empty()) {
        if ended.is_some_and(|(id, _)| id == child) {
            thread::spawn(end_all);
        }
    }
}

/// Asks all processes to end until the grace is over, then makes them. It goes
/// on until the keeper has nobody left to wait for.
fn end_all() {
    send(Signal::TERM);
    let begun = Instant::now();
    loop {
        thread::sleep(PAUSE);
        if begun.elapsed() > GRACE {
            send(Signal::KILL);
        }
    }
}

fn send(signal: Signal) {
    for id in below(std::process::id()) {
        if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
            // It may have ended by itself.
            let _ = kill_process(id, signal);
        }
    }
}
