//! Bytes of a file that reach the output without passing through this program: the kernel moves them.
//!
//! A pipe then holds the pages of the file, not copies. A write to the file changes them, even after this program has
//! looked at the file for the last time and has ended. So the end of an image is copied, more of it than a pipe
//! holds: the last look then comes after the reader has taken all pages. A socket gets copies only, because nobody can
//! ask how much its two ends hold.

use std::cell::Cell;
use std::fs::File;
use std::ops::Range;
use std::thread::sleep;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;
use rustix::fs::{FileType, copy_file_range, fstat, sendfile};
use rustix::io::{Errno, ioctl_fionread};
use rustix::pipe::{SpliceFlags, fcntl_getpipe_size, splice};

use super::stream::Patience;
use crate::{kind, retry};

/// How much of the end of an image is copied, in bytes. A pipe may hold 1 MiB for most users; the reader may itself pass
/// on what it gets, pages and all, to pipes that hold as much.
const PIPE_END: u64 = 16 << 20;

/// How much goes in one call, in bytes. Between calls, signals and changes of the file are looked for.
const CALL: u64 = 16 << 20;

/// How long to wait between two looks at a pipe that still holds pages.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// An output as the kernel sees it.
#[derive(Debug)]
pub(crate) struct Outlet<'a> {
    output: BorrowedFd<'a>,
    way: Way,
    /// Whether a transfer was refused or interrupted until patience ended. The next one would be, too, and each takes
    /// a second to find out.
    given_up: Cell<bool>,
}

/// How the kernel can move bytes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Pages go into a pipe.
    Splice,
    /// A range of one file becomes a range of another: shared where the file system can, copied elsewhere.
    CopyRange,
    /// Not at all.
    None,
}

impl<'a> Outlet<'a> {
    /// The way to an output.
    pub(crate) fn new(output: BorrowedFd<'a>) -> Self {
        let way = match fstat(output).map(|stat| kind::of(&stat)) {
            Ok(FileType::Fifo) => Way::Splice,
            Ok(FileType::RegularFile) => Way::CopyRange,
            _ => Way::None,
        };
        Self { output, way, given_up: Cell::new(false) }
    }

    /// How much of the end of the image is copied, in bytes.
    fn end(&self) -> u64 {
        match self.way {
            // Its reader may make it larger at any time. What doesn't tell its size gets copies only.
            Way::Splice => fcntl_getpipe_size(self.output)
                .map_or(u64::MAX, |size| PIPE_END.max(2 * size as u64)),
            // Here the bytes have arrived when the call returns.
            Way::CopyRange | Way::None => 0,
        }
    }

    /// The output itself.
    pub(crate) const fn output(&self) -> BorrowedFd<'a> {
        self.output
    }

    /// Moves bytes of `range` from a file, from its beginning on, and returns how many, or 0 if they are to be read and
    /// written. `left` is how many bytes of the image are still to come.
    pub(crate) fn take(&self, file: &File, range: Range<u64>, left: u64) -> u64 {
        let length = range.end.saturating_sub(range.start);
        let length = length.min(left.saturating_sub(self.end())).min(CALL) as usize;
        if length == 0 {
            return 0;
        }
        let moved = match self.way {
            Way::Splice => self.push(|| {
                let flags = SpliceFlags::MOVE | SpliceFlags::MORE;
                splice(file, Some(&mut range.start.clone()), self.output, None, length, flags)
            }),
            Way::CopyRange => match self.push(|| self.copy_range(file, range.start, length)) {
                // Files of two file systems, for example, or one that is a device.
                0 => self.push(|| self.send(file, range.start, length)),
                copied => copied,
            },
            Way::None => 0,
        };
        moved as u64
    }

    /// Waits until no page of the file is left in a pipe, if `copied` bytes followed the last. There is something to wait
    /// for only if the pipe was enlarged while the end of the image went into it. An error if its reader is gone.
    pub(crate) fn wait_for_pages(&self, copied: u64) -> rustix::io::Result<()> {
        while self.way == Way::Splice && ioctl_fionread(self.output)? > copied {
            let mut reader = [PollFd::new(&self.output, PollFlags::empty())];
            retry::on_interrupt(|| poll(&mut reader, Some(&Timespec::default())))?;
            if reader[0].revents().contains(PollFlags::ERR) {
                return Err(Errno::PIPE);
            }
            sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    fn copy_range(&self, file: &File, mut offset: u64, length: usize) -> rustix::io::Result<usize> {
        copy_file_range(file, Some(&mut offset), self.output, None, length)
    }

    fn send(&self, file: &File, mut offset: u64, length: usize) -> rustix::io::Result<usize> {
        sendfile(self.output, file, Some(&mut offset), length)
    }

    /// Moves bytes, waiting for the output where it doesn't wait itself, and returns how many. What failed is tried again
    /// by reading and writing, and found there. So is a source that says "try again" while the output is ready, as a
    /// file system in user space may, or a socket with a byte out of band.
    pub(super) fn push(&self, transfer: impl Fn() -> rustix::io::Result<usize>) -> usize {
        let mut patience = Patience::default();
        while !self.given_up.get() {
            match retry::on_interrupt(&transfer) {
                Err(Errno::AGAIN) if patience.wait(self.output).is_ok() => {}
                Err(Errno::AGAIN | Errno::INTR) => self.given_up.set(true),
                moved => return moved.unwrap_or(0),
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::os::unix::net::UnixStream;
    use std::thread;

    use rustix::fd::AsFd;
    use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};

    use super::*;

    /// So much of an image is still to come that nothing is held back.
    const FAR: u64 = u64::MAX;

    fn bytes() -> Vec<u8> {
        (0..300_000_u32).map(|at| (at / 7) as u8).collect()
    }

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("there is room");
        file
    }

    /// Everything from `from` on goes to the output, while a thread takes it out at the other end.
    #[track_caller]
    fn assert_all_goes(output: impl AsFd, mut reader: impl Read + Send + 'static) {
        let all = bytes();
        let (disk, from) = (file(&all), 1000);
        let (mut taken, length) = (Vec::new(), (all.len() - from) as u64);
        let drain = thread::spawn(move || {
            reader.by_ref().take(length).read_to_end(&mut taken).expect("it can be read");
            taken
        });
        let outlet = Outlet::new(output.as_fd());
        let mut moved = from as u64;
        while moved < all.len() as u64 {
            let more = outlet.take(&disk, moved..all.len() as u64, FAR);
            assert!(more > 0, "nothing went after {moved} bytes");
            moved += more;
        }
        assert!(drain.join().expect("no panic") == all[from..], "other bytes came out");
    }

    #[test]
    fn a_pipe_takes_the_pages_of_a_file() {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        assert_eq!(Outlet::new(writer.as_fd()).way, Way::Splice);
        assert_all_goes(writer, reader);
    }

    #[test]
    fn a_full_pipe_that_does_not_block_is_waited_for() {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).expect("a pipe");
        fcntl_setpipe_size(&writer, 4096).expect("a pipe may be small");
        let flags = rustix::fs::fcntl_getfl(&writer).expect("it has flags");
        rustix::fs::fcntl_setfl(&writer, flags | rustix::fs::OFlags::NONBLOCK).expect("it may");
        assert_all_goes(writer, File::from(reader));
    }

    #[test]
    fn a_file_takes_a_range_where_it_stands() {
        let (all, mut copy) = (bytes(), file(b"before"));
        let outlet = Outlet::new(copy.as_fd());
        assert_eq!(outlet.way, Way::CopyRange);
        assert_eq!(outlet.take(&file(&all), 5..all.len() as u64, FAR), all.len() as u64 - 5);
        let mut taken = Vec::new();
        copy.seek(SeekFrom::Start(0)).expect("it can be read again");
        copy.read_to_end(&mut taken).expect("it can be read");
        assert!(taken.strip_prefix(b"before") == Some(&all[5..]), "other bytes");
    }

    #[test]
    fn a_file_of_another_file_system_is_sent() {
        let mut copy = rustix::fs::memfd_create("copy", rustix::fs::MemfdFlags::CLOEXEC)
            .map(File::from)
            .expect("a file in memory");
        let all = bytes();
        let outlet = Outlet::new(copy.as_fd());
        assert_eq!(outlet.take(&file(&all), 0..all.len() as u64, FAR), all.len() as u64);
        let mut taken = Vec::new();
        copy.seek(SeekFrom::Start(0)).expect("it can be read again");
        copy.read_to_end(&mut taken).expect("it can be read");
        assert!(taken == all, "other bytes");
    }

    #[test]
    fn what_can_take_no_pages_asks_for_bytes() {
        let path = tempfile::NamedTempFile::new().expect("a file");
        let appending = OpenOptions::new().append(true).open(&path).expect("it opens");
        let null = OpenOptions::new().write(true).open("/dev/null").expect("it opens");
        let (reader, gone) = std::io::pipe().expect("a pipe");
        drop(reader);
        // How much a socket and its other end hold is not to be known.
        let (socket, _far) = UnixStream::pair().expect("a pair of sockets");
        for output in [appending.as_fd(), null.as_fd(), gone.as_fd(), socket.as_fd()] {
            assert_eq!(Outlet::new(output).take(&file(&bytes()), 0..1000, FAR), 0);
        }
    }

    #[test]
    fn what_is_refused_or_interrupted_for_ever_is_not_tried_again() {
        for error in [Errno::AGAIN, Errno::INTR] {
            let (_reader, writer) = std::io::pipe().expect("a pipe");
            let (outlet, calls) = (Outlet::new(writer.as_fd()), Cell::new(0));
            let transfer = || {
                calls.set(calls.get() + 1);
                Err(error)
            };
            assert_eq!(outlet.push(transfer), 0);
            let made = calls.get();
            assert!(made >= 100, "{made} calls");
            assert_eq!(outlet.push(transfer), 0);
            assert_eq!(outlet.take(&file(&bytes()), 0..1000, FAR), 0);
            assert_eq!(calls.get(), made, "a transfer was tried again");
        }
    }

    #[test]
    fn what_ends_early_or_cannot_be_read_asks_for_bytes() {
        let (_reader, writer) = std::io::pipe().expect("a pipe");
        let outlet = Outlet::new(writer.as_fd());
        assert_eq!(outlet.take(&file(b"short"), 5..1000, FAR), 0);
        let folder = File::open(".").expect("it opens");
        assert_eq!(outlet.take(&folder, 0..1000, FAR), 0);
    }

    #[test]
    fn the_end_of_an_image_is_copied_into_a_pipe() {
        let disk = file(&bytes());
        let (_reader, writer) = std::io::pipe().expect("a pipe");
        let outlet = Outlet::new(writer.as_fd());
        assert_eq!(outlet.take(&disk, 0..1000, PIPE_END), 0);
        assert_eq!(outlet.take(&disk, 0..1000, PIPE_END + 10), 10);
        assert_eq!(outlet.take(&disk, 0..1000, PIPE_END + 2000), 1000);
        let copy = file(b"");
        assert_eq!(Outlet::new(copy.as_fd()).take(&disk, 0..1000, 1000), 1000);
    }
}
