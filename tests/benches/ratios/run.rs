//! One contender's run, timed.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use wait4::Wait4;

use crate::cases::Route;

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// How long processors were busy with it, the reader's share aside: what other programs do changes this less.
    pub(crate) processor: f64,
    /// The most memory that the process had at a time, or one that it waited for, in bytes.
    pub(crate) peak: u64,
}

/// Runs a contender until it has ended and all its output is read.
pub(crate) fn run(mut command: Command, route: Route, to_null: bool) -> Result<Run> {
    let mut complaints = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stderr(complaints.try_clone()?);
    let reader = if to_null || route == Route::File {
        command.stdout(Stdio::null());
        None
    } else {
        let (from, to) = ends(route)?;
        command.stdout(to);
        Some(reader(from)?)
    };
    let begun = Instant::now();
    let child = command.spawn().with_context(|| format!("{command:?}"))?;
    let shown = format!("{command:?}");
    drop(command); // with its end of the output, so that the reader sees the end
    let used = child.wait4()?;
    let read = reader.map(|mut reader| reader.wait()).transpose()?;
    let seconds = begun.elapsed().as_secs_f64();
    if !used.status.success() {
        bail!("{shown}: {}{}", used.status, last_line(&mut complaints)?);
    }
    if read.is_some_and(|status| !status.success()) {
        bail!("the reader of {shown} failed");
    }
    let processor = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    Ok(Run { seconds, processor, peak: used.rusage.maxrss })
}

/// Both ends of a way from one process to another, the one that is read first.
fn ends(route: Route) -> io::Result<(OwnedFd, OwnedFd)> {
    if route == Route::UnixSocket {
        let (from, to) = UnixStream::pair()?;
        return Ok((from.into(), to.into()));
    }
    if route == Route::TcpSocket {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let to = TcpStream::connect(listener.local_addr()?)?;
        return Ok((listener.accept()?.0.into(), to.into()));
    }
    let (from, to) = io::pipe()?;
    Ok((from.into(), to.into()))
}

/// The same for all contenders.
fn reader(from: OwnedFd) -> Result<Child> {
    let null = File::create("/dev/null")?;
    Command::new("cat").stdin(from).stdout(null).spawn().context("cat")
}

/// What a program said last, which is why it failed.
fn last_line(complaints: &mut File) -> Result<String> {
    complaints.rewind()?;
    let mut said = Vec::new();
    complaints.read_to_end(&mut said)?;
    let said = String::from_utf8_lossy(&said);
    Ok(said.lines().last().map_or_else(String::new, |line| format!(": {line}")))
}
