//! How a connection is made: within the timeout, and no longer than the caller wants to wait.
//!
//! The system has no limit of its own for a Unix socket whose queue is full, nor for the lookup of a name, and one of
//! minutes for TCP. So sockets don't block until they are connected, and names are looked up in a thread.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::settings::Settings;

/// How often the caller is asked whether to go on.
const TICK: Duration = Duration::from_millis(100);

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The caller doesn't want it any more.
    Stopped,
    /// Those of the system, and the timeout.
    Io(io::Error),
}

impl<E: Into<io::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Io(error.into())
    }
}

/// How long something may take, and who may end it.
#[derive(Clone, Copy)]
pub(crate) struct Patience<'a> {
    settings: &'a Settings,
    begun: Instant,
    time: Duration,
}

impl<'a> Patience<'a> {
    /// The whole timeout, from now on.
    pub(crate) fn new(settings: &'a Settings) -> Self {
        Self { settings, begun: Instant::now(), time: settings.timeout }
    }

    /// An equal share of what is left, for one of several attempts.
    fn share(self, attempts: usize) -> Self {
        let left = self.time.saturating_sub(self.begun.elapsed());
        let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        Self { begun: Instant::now(), time: left.checked_div(attempts).unwrap_or(left), ..self }
    }

    /// Whether there is a reason to wait no longer.
    pub(crate) fn check(&self) -> Result<(), Failed> {
        if (self.settings.stop)() {
            return Err(Failed::Stopped);
        }
        if self.begun.elapsed() < self.time {
            return Ok(());
        }
        let what = format!("nobody has answered within {:.0?}", self.time);
        Err(io::Error::new(io::ErrorKind::TimedOut, what).into())
    }
}

/// Connects over TCP. The addresses of a host are tried in turn, and share the time.
pub(crate) fn tcp(host: &str, port: u16, patience: Patience<'_>) -> Result<TcpStream, Failed> {
    let addresses = addresses(host, port, patience)?;
    let mut last = Failed::from(io::Error::new(io::ErrorKind::NotFound, "the host has no address"));
    for (nth, address) in addresses.iter().enumerate() {
        match stream(*address, patience.share(addresses.len().saturating_sub(nth))) {
            Err(Failed::Io(error)) => last = error.into(),
            done => return done,
        }
    }
    Err(last)
}

/// The addresses of a host.
fn addresses(host: &str, port: u16, patience: Patience<'_>) -> Result<Vec<SocketAddr>, Failed> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let host = host.to_owned();
    aside(move || Ok((host.as_str(), port).to_socket_addrs()?.collect()), patience)
}

/// Does in a thread what can't be ended. If it is given up, it goes on there, and nobody hears what comes of it.
fn aside<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
    patience: Patience<'_>,
) -> Result<T, Failed> {
    let (answers, answer) = mpsc::channel();
    thread::Builder::new().spawn(move || answers.send(work()))?;
    loop {
        match answer.recv_timeout(TICK) {
            Ok(done) => return Ok(done?),
            Err(RecvTimeoutError::Timeout) => patience.check()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(io::Error::other("the lookup of its name has failed").into());
            }
        }
    }
}

#[cfg(unix)]
use here::stream;
#[cfg(unix)]
pub(crate) use here::unix;

/// Elsewhere, the caller's wish to stop is heeded between addresses only.
#[cfg(not(unix))]
fn stream(address: SocketAddr, patience: Patience<'_>) -> Result<TcpStream, Failed> {
    patience.check()?;
    Ok(TcpStream::connect_timeout(&address, patience.time)?)
}

#[cfg(unix)]
mod here {
    use std::net::{SocketAddr, TcpStream};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::path::Path;
    use std::thread;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::{Errno, FdFlags, fcntl_setfd, ioctl_fionbio};
    use rustix::net::addr::SocketAddrArg;
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect, socket, sockopt};

    use super::{Failed, Patience};

    /// How long a wait for a connection under way lasts.
    const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

    /// How long to wait before a full queue is tried again.
    const PAUSE: Duration = Duration::from_millis(20);

    /// Connects over TCP.
    pub(super) fn stream(address: SocketAddr, patience: Patience<'_>) -> Result<TcpStream, Failed> {
        let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
        connected(family, &address, patience).map(TcpStream::from)
    }

    /// Connects to a Unix socket. If nobody listens, that fails at once.
    pub(crate) fn unix(path: &Path, patience: Patience<'_>) -> Result<UnixStream, Failed> {
        let address = SocketAddrUnix::new(path)?;
        connected(AddressFamily::UNIX, &address, patience).map(UnixStream::from)
    }

    /// A connected socket, which blocks.
    fn connected(
        family: AddressFamily,
        address: &impl SocketAddrArg,
        patience: Patience<'_>,
    ) -> Result<OwnedFd, Failed> {
        let socket = socket(family, SocketType::STREAM, None)?;
        fcntl_setfd(&socket, FdFlags::CLOEXEC)?;
        ioctl_fionbio(&socket, true)?;
        loop {
            match connect(&socket, address) {
                Ok(()) | Err(Errno::ISCONN) => break,
                Err(Errno::INPROGRESS | Errno::ALREADY) => {
                    finish(&socket, patience)?;
                    break;
                }
                // The queue of a Unix socket is full.
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            patience.check()?;
            thread::sleep(PAUSE);
        }
        ioctl_fionbio(&socket, false)?;
        Ok(socket)
    }

    /// Waits for a connection under way.
    fn finish(socket: &OwnedFd, patience: Patience<'_>) -> Result<(), Failed> {
        let mut ready = [PollFd::new(socket, PollFlags::OUT)];
        loop {
            match poll(&mut ready, Some(&TICK)) {
                Ok(0) | Err(Errno::INTR) => patience.check()?,
                Ok(_) => return Ok(sockopt::socket_error(socket)??),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lookup that ends only when this is dropped.
    fn never() -> (mpsc::Sender<()>, impl FnOnce() -> io::Result<()> + Send + 'static) {
        let (held, wait) = mpsc::channel();
        let work = move || {
            let _ = wait.recv();
            Ok(())
        };
        (held, work)
    }

    #[test]
    fn a_lookup_that_does_not_end_is_given_up() {
        let (_held, work) = never();
        let settings = Settings { timeout: Duration::from_millis(50), ..Settings::default() };
        let failed = aside(work, Patience::new(&settings));
        assert!(
            matches!(&failed, Err(Failed::Io(error)) if error.kind() == io::ErrorKind::TimedOut),
            "{failed:?}"
        );
    }

    #[test]
    fn a_caller_who_wants_to_stop_need_not_wait_for_a_lookup() {
        let (_held, work) = never();
        let settings = Settings { stop: Box::new(|| true), ..Settings::default() };
        assert!(matches!(aside(work, Patience::new(&settings)), Err(Failed::Stopped)));
    }

    #[test]
    fn a_name_is_looked_up() {
        let settings = Settings::default();
        let found = addresses("localhost", 1, Patience::new(&settings)).expect("it has one");
        assert!(found.iter().any(|address| address.ip().is_loopback()), "{found:?}");
    }

    #[test]
    fn addresses_share_the_time() {
        let settings = Settings { timeout: Duration::from_secs(60), ..Settings::default() };
        let share = Patience::new(&settings).share(3).time;
        assert!((19..=20).contains(&share.as_secs()), "{share:?}");
        assert_eq!(
            Patience { time: Duration::ZERO, ..Patience::new(&settings) }.share(1).time,
            Duration::ZERO
        );
    }
}
