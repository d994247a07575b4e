//! The connection to a server.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use crate::error::Error;
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
    /// Connects to a server. Each of a host's addresses gets `timeout`.
    ///
    /// # Errors
    /// [`Error::Connect`] if nobody answers.
    pub fn connect(address: &Address, timeout: Duration) -> Result<Self, Error> {
        match address {
            Address::Tcp { host, port } => Self::tcp(host, *port, timeout),
            Address::Unix(path) => Self::unix(path),
        }
        .map_err(|error| Error::Connect(address.to_string(), error))
    }

    /// Connects over TCP.
    ///
    /// # Errors
    /// Those of the system, the last one if a host has several addresses.
    pub fn tcp(host: &str, port: u16, timeout: Duration) -> io::Result<Self> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(stream) => {
                    // Requests are small, and each is wanted at once.
                    stream.set_nodelay(true)?;
                    stream.set_read_timeout(Some(TICK))?;
                    stream.set_write_timeout(Some(TICK))?;
                    return Ok(Self::Tcp(stream));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Connects to a Unix socket.
    ///
    /// # Errors
    /// Those of the system: `NotFound` or `ConnectionRefused` if nobody listens yet.
    #[cfg(unix)]
    pub fn unix(path: &Path) -> io::Result<Self> {
        Self::from_unix(UnixStream::connect(path)?)
    }

    /// Unix sockets are not to be had.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(unix))]
    pub fn unix(_: &Path) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no Unix sockets"))
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
