//! Bytes of a connection that go to a pipe without being copied: splice(2). What a pipe then holds are the pages that the
//! socket held, and nobody writes to those any more, unless a server has put pages of a file there without copying them.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use rustix::io::{Errno, write};
use rustix::pipe::{SpliceFlags, splice};

use qcow2_stream_nbd::Onward;

use super::outlet::Outlet;

/// How long a wait for the connection lasts.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// The way into a pipe, or into any other descriptor, which then takes only what comes from memory.
pub(super) struct Splice<'a> {
    pub(super) outlet: &'a Outlet<'a>,
    /// Whether the bytes are good. It is asked before any of them go.
    pub(super) verify: &'a mut dyn FnMut() -> bool,
}

impl<T: AsFd> Onward<T> for Splice<'_> {
    fn is_ready(&mut self, transport: &mut T) -> bool {
        let mut ready = [PollFd::new(&*transport, PollFlags::IN)];
        // What an error is about, the transfer will tell.
        !matches!(poll(&mut ready, Some(&TICK)), Ok(0) | Err(Errno::INTR))
    }

    fn take_from(&mut self, transport: &mut T, most: usize) -> usize {
        if !(self.verify)() {
            return 0;
        }
        let pipe = self.outlet.output();
        self.outlet.push(|| {
            splice(&*transport, None, pipe, None, most, SpliceFlags::MOVE | SpliceFlags::MORE)
        })
    }

    fn take(&mut self, bytes: &[u8]) -> usize {
        if !(self.verify)() {
            return 0;
        }
        self.outlet.push(|| write(self.outlet.output(), bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};

    use super::*;

    /// A socket with these bytes.
    fn socket(bytes: &[u8]) -> (UnixStream, UnixStream) {
        let (near, mut far) = UnixStream::pair().expect("a pair of sockets");
        far.write_all(bytes).expect("there is room");
        (near, far)
    }

    #[test]
    fn a_pipe_takes_bytes_from_a_socket_and_from_memory() {
        let (mut near, _far) = socket(b"abcdef");
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        let mut splice = Splice { outlet: &Outlet::new(writer.as_fd()), verify: &mut || true };
        assert!(splice.is_ready(&mut near));
        assert_eq!(splice.take_from(&mut near, 4), 4);
        assert_eq!(Onward::<UnixStream>::take(&mut splice, b"xy"), 2);
        assert_eq!(splice.take_from(&mut near, 4), 2);
        assert!(!splice.is_ready(&mut near));
        let mut taken = [0; 8];
        reader.read_exact(&mut taken).expect("the bytes");
        assert_eq!(&taken, b"abcdxyef");
    }

    #[test]
    fn what_is_no_pipe_takes_nothing_from_a_socket() {
        let (mut near, _far) = socket(b"abcdef");
        let file = tempfile::tempfile().expect("a file");
        let (other, _reader) = UnixStream::pair().expect("a pair of sockets");
        for descriptor in [file.as_fd(), other.as_fd()] {
            let mut splice = Splice { outlet: &Outlet::new(descriptor), verify: &mut || true };
            assert_eq!(splice.take_from(&mut near, 4), 0);
        }
        assert_bytes_are_there(near);
    }

    #[test]
    fn nothing_is_taken_for_a_reader_that_is_gone_or_if_it_may_not_go() {
        let (mut near, _far) = socket(b"abcdef");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut forbidden = Splice { outlet: &Outlet::new(writer.as_fd()), verify: &mut || false };
        assert_eq!(forbidden.take_from(&mut near, 4), 0);
        assert_eq!(Onward::<UnixStream>::take(&mut forbidden, b"xy"), 0);
        drop(reader);
        let mut splice = Splice { outlet: &Outlet::new(writer.as_fd()), verify: &mut || true };
        assert_eq!(splice.take_from(&mut near, 4), 0);
        assert_eq!(Onward::<UnixStream>::take(&mut splice, b"xy"), 0);
        assert_bytes_are_there(near);
    }

    #[test]
    fn a_full_pipe_that_does_not_block_is_waited_for() {
        let bytes: Vec<u8> = (0..100_000).map(|at| (at / 3) as u8).collect();
        let (mut near, _far) = socket(&bytes);
        let (reader, writer) = pipe_with(PipeFlags::NONBLOCK).expect("a pipe");
        fcntl_setpipe_size(&writer, 4096).expect("a pipe may be small");
        let drain = std::thread::spawn(move || {
            let mut all = Vec::new();
            let mut part = [0; 1000];
            loop {
                match rustix::io::read(&reader, &mut part) {
                    Ok(0) => return all,
                    Ok(read) => all.extend_from_slice(&part[..read]),
                    Err(_) => std::thread::yield_now(),
                }
            }
        });
        let mut moved = 0;
        while moved < bytes.len() {
            let mut splice = Splice { outlet: &Outlet::new(writer.as_fd()), verify: &mut || true };
            let taken = splice.take_from(&mut near, bytes.len() - moved);
            assert!(taken > 0);
            moved += taken;
        }
        drop(writer);
        assert!(drain.join().expect("no panic") == bytes);
    }

    #[test]
    fn a_socket_that_has_nothing_is_given_up_if_the_pipe_is_ready() {
        let (mut near, _far) = socket(b"");
        near.set_nonblocking(true).expect("it may");
        let (_reader, writer) = std::io::pipe().expect("a pipe");
        let mut splice = Splice { outlet: &Outlet::new(writer.as_fd()), verify: &mut || true };
        assert_eq!(splice.take_from(&mut near, 4), 0);
    }

    /// Checks that nothing is lost of what a socket held.
    fn assert_bytes_are_there(mut near: UnixStream) {
        let mut bytes = [0; 6];
        near.read_exact(&mut bytes).expect("the bytes");
        assert_eq!(&bytes, b"abcdef");
    }
}
