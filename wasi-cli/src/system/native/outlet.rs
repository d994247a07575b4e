//! Bytes of a file that reach the output without passing through this program: the kernel moves them.
//!
//! What waits in a pipe or a socket then are not copies but the pages of the file. Somebody who writes to the file changes
//! them, even after this program has looked at the file for the last time and has ended. So the end of an image is
//! always copied, as much of it as can be waiting: the last look then comes after all pages have been taken.

use std::fs::File;
use std::ops::Range;

use rustix::fd::BorrowedFd;
use rustix::fs::{FileType, copy_file_range, fstat, sendfile};
use rustix::io::{Errno, retry_on_intr};
use rustix::pipe::{SpliceFlags, fcntl_getpipe_size, splice};

use super::stream;
use crate::kind;

/// How much of the end of an image is copied, in bytes. A pipe may hold 1 MiB for most users; the reader may itself pass
/// on what it gets, pages and all, to pipes that hold as much.
const PIPE_END: u64 = 16 << 20;

/// The same for a socket: more than both of its ends may hold by the usual limits (tcp_wmem and tcp_rmem: 10 MiB).
const SOCKET_END: u64 = 64 << 20;

/// How much goes in one call, in bytes. Between calls, signals and changes of the file are looked for.
const CALL: u64 = 16 << 20;

/// An output as the kernel sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outlet<'a> {
    output: BorrowedFd<'a>,
    way: Way,
    /// How much of the end of the image is copied, in bytes.
    end: u64,
}

/// How the kernel can move bytes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Pages go into a pipe.
    Splice,
    /// A range of one file becomes a range of another: shared where the file system can, copied elsewhere.
    CopyRange,
    /// Whatever else takes bytes.
    Send,
    /// Not at all.
    None,
}

impl<'a> Outlet<'a> {
    /// The way to an output.
    pub(crate) fn new(output: BorrowedFd<'a>) -> Self {
        let (way, end) = match fstat(output).map(|stat| kind::of(&stat)) {
            Ok(FileType::Fifo) => match fcntl_getpipe_size(output) {
                Ok(size) => (Way::Splice, PIPE_END.max(2 * size as u64)),
                Err(_) => (Way::None, 0),
            },
            Ok(FileType::Socket) => (Way::Send, SOCKET_END),
            // Here the bytes have arrived when the call returns.
            Ok(FileType::RegularFile) => (Way::CopyRange, 0),
            _ => (Way::None, 0),
        };
        Self { output, way, end }
    }

    /// The output itself.
    pub(crate) const fn output(&self) -> BorrowedFd<'a> {
        self.output
    }

    /// Moves bytes of `range` from a file, from its beginning on, and returns how many, or 0 if they are to be read and
    /// written. `left` is how many bytes of the image are still to come.
    pub(crate) fn take(&self, file: &File, range: Range<u64>, left: u64) -> u64 {
        let length = range.end.saturating_sub(range.start);
        let length = length.min(left.saturating_sub(self.end)).min(CALL) as usize;
        if length == 0 {
            return 0;
        }
        match self.way {
            Way::Splice => self.push(|| {
                let flags = SpliceFlags::MOVE | SpliceFlags::MORE;
                splice(file, Some(&mut range.start.clone()), self.output, None, length, flags)
            }),
            Way::CopyRange => match self.push(|| self.copy_range(file, range.start, length)) {
                // Files of two file systems, for example, or one that is a device.
                0 => self.push(|| self.send(file, range.start, length)),
                copied => copied,
            },
            Way::Send => self.push(|| self.send(file, range.start, length)),
            Way::None => 0,
        }
    }

    fn copy_range(&self, file: &File, mut offset: u64, length: usize) -> rustix::io::Result<usize> {
        copy_file_range(file, Some(&mut offset), self.output, None, length)
    }

    fn send(&self, file: &File, mut offset: u64, length: usize) -> rustix::io::Result<usize> {
        sendfile(self.output, file, Some(&mut offset), length)
    }

    /// Moves bytes, waiting for the output where it doesn't wait itself. What failed is tried again by reading and
    /// writing, and found there.
    fn push(&self, transfer: impl Fn() -> rustix::io::Result<usize>) -> u64 {
        loop {
            match retry_on_intr(&transfer) {
                Err(Errno::AGAIN) if stream::wait(self.output).is_ok() => {}
                moved => return moved.unwrap_or(0) as u64,
            }
        }
    }
}
