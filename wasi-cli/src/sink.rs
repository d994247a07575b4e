//! The output: a file descriptor that takes bytes.

use std::io;
#[cfg(target_os = "linux")]
use std::ops::Range;

use qcow2_stream::Write;
use rustix::fd::AsFd;
use rustix::io::{Errno, retry_on_intr, write};

use crate::input::Input;
#[cfg(target_os = "linux")]
use crate::source::SourceError;
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
pub(crate) struct FdSink<F>(pub(crate) F);

impl<F: AsFd> FdSink<F> {
    /// Learns of writes that failed after they were accepted.
    pub(crate) fn finish(&self) -> Result<(), SinkError> {
        Ok(stream::finish(&self.0)?)
    }
}

impl<F: AsFd> Write<Input> for FdSink<F> {
    type Error = SinkError;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, SinkError> {
        loop {
            match retry_on_intr(|| write(&self.0, bytes)) {
                // Whoever shares the descriptor has made it non-blocking.
                Err(Errno::AGAIN) => stream::wait(&self.0)?,
                written => return Ok(written?),
            }
        }
    }

    #[cfg(target_os = "linux")]
    fn copy_from_source(
        &mut self,
        source: &mut Input,
        range: Range<u64>,
    ) -> Result<u64, SourceError> {
        source.pass_on(range, self.0.as_fd())
    }
}
