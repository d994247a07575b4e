//! The output: a file descriptor that takes bytes.

use std::io;
#[cfg(target_os = "linux")]
use std::ops::Range;

use qcow2_stream::Write;
use rustix::fd::BorrowedFd;
use rustix::io::{Errno, retry_on_intr, write};

use crate::input::Input;
#[cfg(target_os = "linux")]
use crate::source::SourceError;
#[cfg(target_os = "linux")]
use crate::system::outlet::Outlet;
use crate::system::stream;

/// Why the output could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SinkError {
    /// The reader of the pipe or socket is gone.
    #[error("its reader has closed it before the end of the image")]
    Closed,
    /// The system says so.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<Errno> for SinkError {
    fn from(error: Errno) -> Self {
        match error {
            Errno::PIPE => Self::Closed,
            error => Self::Io(error.into()),
        }
    }
}

/// Writes to a file descriptor at its own offset.
#[derive(Debug)]
pub(crate) struct FdSink<'a> {
    output: BorrowedFd<'a>,
    #[cfg(target_os = "linux")]
    outlet: Outlet<'a>,
    /// Bytes of the image that are still to come.
    left: u64,
}

impl<'a> FdSink<'a> {
    /// A sink for an image of `image_size` bytes.
    pub(crate) fn new(output: BorrowedFd<'a>, image_size: u64) -> Self {
        Self {
            output,
            #[cfg(target_os = "linux")]
            outlet: Outlet::new(output),
            left: image_size,
        }
    }

    /// Learns of writes that failed after they were accepted.
    pub(crate) fn finish(&self) -> Result<(), SinkError> {
        Ok(stream::finish(self.output)?)
    }
}

impl Write<Input> for FdSink<'_> {
    type Error = SinkError;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, SinkError> {
        loop {
            match retry_on_intr(|| write(self.output, bytes)) {
                // Whoever shares the descriptor has made it non-blocking.
                Err(Errno::AGAIN) => stream::wait(self.output)?,
                written => {
                    let written = written?;
                    self.left = self.left.saturating_sub(written as u64);
                    return Ok(written);
                }
            }
        }
    }

    #[cfg(target_os = "linux")]
    fn copy_from_source(
        &mut self,
        source: &mut Input,
        range: Range<u64>,
    ) -> Result<u64, SourceError> {
        let moved = source.pass_on(range, &self.outlet, self.left)?;
        self.left = self.left.saturating_sub(moved);
        Ok(moved)
    }
}
