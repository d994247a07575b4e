//! The output: a file descriptor that takes bytes.

use std::io;

use qcow2_stream::Write;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{AsFd, IntoRawFd};
use rustix::io::{Errno, retry_on_intr, write};

use crate::source::FileSource;

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

impl<F: AsFd> Write<FileSource> for FdSink<F> {
    type Error = SinkError;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, SinkError> {
        loop {
            match retry_on_intr(|| write(&self.0, bytes)) {
                // Whoever shares the descriptor has made it non-blocking.
                Err(Errno::AGAIN) => wait(&self.0)?,
                written => return Ok(written?),
            }
        }
    }
}

/// Learns of writes that failed after they were accepted: a network file system may say so only when the
/// file is closed, and Rust's own closing doesn't listen. Closing any duplicate asks the same question.
pub(crate) fn finish(sink: impl AsFd) -> Result<(), SinkError> {
    let duplicate = rustix::io::dup(sink)?.into_raw_fd();
    // SAFETY: the descriptor was just made, nobody else knows it, and it is not used again.
    #[allow(unsafe_code)]
    unsafe { rustix::io::try_close(duplicate) }?;
    Ok(())
}

/// Waits until a descriptor takes bytes again.
fn wait(sink: impl AsFd) -> Result<(), SinkError> {
    let mut ready = [PollFd::new(&sink, PollFlags::OUT)];
    retry_on_intr(|| poll(&mut ready, None))?;
    Ok(())
}
