//! Pipes that the test holds back, fills, or empties.

use std::io::{PipeWriter, Read, Write};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::pipe::fcntl_getpipe_size;

/// Fills a pipe that nobody else writes to, and returns how much went in.
///
/// # Panics
///
/// If it can't be written to.
pub fn fill(writer: &mut PipeWriter) -> usize {
    let flags = fcntl_getfl(&*writer).expect("a pipe has flags");
    fcntl_setfl(&*writer, flags | OFlags::NONBLOCK).expect("a pipe may be non-blocking");
    let room = fcntl_getpipe_size(&*writer).expect("a pipe has a size");
    let (buf, mut filled) = (vec![b' '; room], 0);
    loop {
        match writer.write(&buf) {
            Ok(written) => filled += written,
            Err(error) if error.raw_os_error() == Some(Errno::AGAIN.raw_os_error()) => break,
            Err(error) => panic!("the pipe cannot be filled: {error}"),
        }
    }
    fcntl_setfl(&*writer, flags).expect("a pipe may be blocking");
    filled
}

/// Reads to the end.
///
/// # Panics
///
/// If that fails.
pub fn drain(mut reader: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).expect("the pipe can be read");
    bytes
}

/// Waits until there is something to read, and reads nothing.
///
/// # Panics
///
/// If nothing comes within two minutes.
pub fn wait_for_bytes(reader: impl AsFd) {
    let mut ready = [PollFd::new(&reader, PollFlags::IN)];
    let deadline = Timespec { tv_sec: 120, tv_nsec: 0 };
    poll(&mut ready, Some(&deadline)).expect("the other end can be waited for");
    assert!(ready[0].revents().contains(PollFlags::IN), "waited in vain for a byte");
}
