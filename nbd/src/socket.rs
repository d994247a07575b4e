//! The connection to a server.

use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::connect::{self, Failed, Patience};
use crate::error::Error;
use crate::settings::Settings;
use crate::uri::Address;

/// How long a transfer may take before it gives up for the moment, to be tried again.
const TICK: Duration = Duration::from_millis(100);

/// A connection over TCP, or over a Unix socket where there are any.
#[derive(Debug)]
pub enum Socket {
    /// Over TCP.
    Tcp(TcpStream),
    /// Over a Unix socket.
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    /// Connects to a server, within the timeout; a host's addresses share it. A Unix socket where nobody listens is an
    /// error at once, so that tells whether a server is ready.
    ///
    /// # Errors
    /// [`Error::Connect`] if nobody answers, [`Error::Stopped`] if the caller wants to stop.
    pub fn connect(address: &Address, settings: &Settings) -> Result<Self, Error> {
        let patience = Patience::new(settings);
        let socket = match address {
            Address::Tcp { host, port } => {
                connect::tcp(host, *port, patience).and_then(|stream| Ok(Self::from_tcp(stream)?))
            }
            #[cfg(unix)]
            Address::Unix(path) => {
                connect::unix(path, patience).and_then(|stream| Ok(Self::from_unix(stream)?))
            }
            #[cfg(not(unix))]
            Address::Unix(_) => {
                let what = "this system has no Unix sockets";
                Err(Failed::from(io::Error::new(io::ErrorKind::Unsupported, what)))
            }
        };
        socket.map_err(|failed| match failed {
            Failed::Stopped => Error::Stopped,
            Failed::Io(error) => Error::Connect(address.to_string(), error),
        })
    }

    fn from_tcp(stream: TcpStream) -> io::Result<Self> {
        // Requests are small, and each is wanted at once.
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(TICK))?;
        Ok(Self::Tcp(stream))
    }

    /// Takes over a connection.
    ///
    /// # Errors
    /// Those of the system.
    #[cfg(unix)]
    pub fn from_unix(stream: UnixStream) -> io::Result<Self> {
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(TICK))?;
        Ok(Self::Unix(stream))
    }
}

#[cfg(unix)]
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Unix(stream) => stream.as_fd(),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            #[cfg(unix)]
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            #[cfg(unix)]
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
