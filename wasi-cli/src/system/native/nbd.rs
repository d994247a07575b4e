//! Exports of NBD servers as the input.

use std::ops::Range;
use std::path::Path;

use qcow2_stream::ReadAt;
use qcow2_stream_nbd::{Address, Client, Settings, Socket, Uri};

#[cfg(target_os = "linux")]
use super::{outlet::Outlet, splice::Splice};
use crate::failure::{Failure, Scarcity};
use crate::system::signals;

pub(crate) use qcow2_stream_nbd::Error;

/// Reads under way over a network, where each takes its time: 8 MiB.
const DISTANT: usize = 16;

/// An export, extended with zeros if the user asks for that.
#[derive(Debug)]
pub(crate) struct NbdSource {
    client: Client<Socket>,
    /// Where the disk ends, in bytes: at the end of the export, or after it.
    size: u64,
}

/// Whether an input is meant as a URI.
pub(crate) fn is_uri(input: &Path) -> bool {
    Uri::is_one(input.as_os_str().as_encoded_bytes())
}

/// Connects to the server that a URI names.
pub(crate) fn open(input: &Path) -> Result<NbdSource, Failure> {
    let uri = Uri::parse(input.as_os_str().as_encoded_bytes());
    // Its text might have a password in it.
    let uri = uri.map_err(|error| Failure::usage(format_args!("the input's URI: {error}")))?;
    let depth = match uri.address {
        Address::Tcp { .. } => DISTANT,
        Address::Unix(_) => Settings::default().depth,
    };
    let client = Client::open(&uri, Settings { depth, ..settings() });
    client.map(NbdSource::new).map_err(|error| match error {
        // No thread to look up a name, or no socket.
        Error::Connect(to, cause) if Scarcity::is(&cause) => {
            let cause = Scarcity::or_error(cause);
            Failure::source(input, cause.context(format!("cannot connect to {to}")))
        }
        error => Failure::source(input, error),
    })
}

/// How any connection behaves: it ends if a signal asks for that.
pub(crate) fn settings() -> Settings {
    Settings { stop: Box::new(signals::received), ..Settings::default() }
}

impl NbdSource {
    /// An export as it is.
    pub(crate) fn new(client: Client<Socket>) -> Self {
        let size = client.export().size;
        Self { client, size }
    }

    /// Settles the size of the disk, in bytes, if the user gives one. An export may be shorter, not longer.
    pub(crate) fn set_size(&mut self, size: Option<u64>) -> Result<(), String> {
        let (end, size) = (self.size, size.unwrap_or(self.size));
        if size < end {
            return Err(format!("it has {end} bytes; with --size {size} the rest would be lost"));
        }
        self.size = size;
        Ok(())
    }

    /// Whether others may write to it while it is read.
    pub(crate) fn is_writable(&self) -> bool {
        !self.client.export().read_only
    }
}

#[cfg(target_os = "linux")]
impl NbdSource {
    /// Moves bytes of `range` to a pipe, from its beginning on, and returns how many, or 0 if they are to be read and
    /// written. `verify` is asked between the server's reading and each move whether the bytes may go on.
    pub(crate) fn pass_on(
        &mut self,
        range: Range<u64>,
        outlet: &Outlet<'_>,
        verify: &mut dyn FnMut() -> bool,
    ) -> Result<u64, Error> {
        self.client.pass_on(range, &mut Splice { outlet, verify })
    }
}

impl ReadAt for NbdSource {
    type Error = Error;

    fn size(&mut self) -> Result<u64, Error> {
        Ok(self.size)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        if offset < self.client.export().size {
            return self.client.read_at(offset, buffer);
        }
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let zeros = left.min(buffer.len());
        buffer[..zeros].fill(0);
        Ok(zeros)
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Error> {
        self.client.next_data(offset)
    }

    fn read_cached_at(
        &mut self,
        offset: u64,
        stride: u64,
        buffer: &mut [u8],
    ) -> Result<usize, Error> {
        self.client.read_cached_at(offset, stride, buffer)
    }
}
