//! Bytes of a connection that go to a pipe without being copied: splice(2). What a pipe then holds are the pages that the
//! socket held, and nobody writes to those any more.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::io::{Errno, retry_on_intr, write};
use rustix::pipe::{SpliceFlags, splice};

use qcow2_stream_nbd::Onward;

use super::stream;

/// How long a wait for the connection lasts.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// The way into a pipe, or into any other descriptor, which then takes only what comes from memory.
pub(super) struct Splice<'a> {
    pub(super) pipe: BorrowedFd<'a>,
    /// Whether the bytes are good. It is asked before any of them go.
    pub(super) verify: &'a mut dyn FnMut() -> bool,
}

impl<T: AsFd> Onward<T> for Splice<'_> {
    fn is_ready(&mut self, transport: &T) -> bool {
        let mut ready = [PollFd::new(transport, PollFlags::IN)];
        // What an error is about, the transfer will tell.
        !matches!(poll(&mut ready, Some(&TICK)), Ok(0) | Err(Errno::INTR))
    }

    fn take_from(&mut self, transport: &T, most: usize) -> usize {
        if !(self.verify)() {
            return 0;
        }
        self.push(|pipe| {
            splice(transport, None, pipe, None, most, SpliceFlags::MOVE | SpliceFlags::MORE)
        })
    }

    fn take(&mut self, bytes: &[u8]) -> usize {
        if !(self.verify)() {
            return 0;
        }
        self.push(|pipe| write(pipe, bytes))
    }
}

impl Splice<'_> {
    /// Transfers bytes, waiting for the pipe where it doesn't wait itself.
    fn push(&self, transfer: impl Fn(BorrowedFd<'_>) -> Result<usize, Errno>) -> usize {
        loop {
            match retry_on_intr(|| transfer(self.pipe)) {
                // The other side is ready, and nobody else reads from it: it is the pipe that is full.
                Err(Errno::AGAIN) if stream::wait(self.pipe).is_ok() => {}
                done => return done.unwrap_or(0),
            }
        }
    }
}
