//! The output: a file descriptor that takes bytes.

use std::io;
#[cfg(target_os = "linux")]
use std::ops::Range;

use qcow2_stream::Write;
use rustix::fd::BorrowedFd;
use rustix::io::{Errno, write};

use crate::input::Input;
use crate::retry;
#[cfg(target_os = "linux")]
use crate::source::SourceError;
#[cfg(target_os = "linux")]
use crate::system::outlet::Outlet;
use crate::system::stream::{self, Patience};

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
    /// Bytes that were written since the kernel last moved pages of a file, if it has.
    #[cfg(target_os = "linux")]
    after_pages: Option<u64>,
}

impl<'a> FdSink<'a> {
    /// A sink for an image of `image_size` bytes.
    pub(crate) fn new(output: BorrowedFd<'a>, image_size: u64) -> Self {
        Self {
            output,
            #[cfg(target_os = "linux")]
            outlet: Outlet::new(output),
            left: image_size,
            #[cfg(target_os = "linux")]
            after_pages: None,
        }
    }

    /// Learns of writes that failed after they were accepted, and waits until the output holds copies only: after that, a
    /// change of the source can't reach its reader.
    pub(crate) fn finish(&self) -> Result<(), SinkError> {
        #[cfg(target_os = "linux")]
        if let Some(copied) = self.after_pages {
            self.outlet.wait_for_pages(copied)?;
        }
        Ok(stream::finish(self.output)?)
    }
}

impl Write<Input> for FdSink<'_> {
    type Error = SinkError;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, SinkError> {
        let mut patience = Patience::default();
        loop {
            match retry::on_interrupt(|| write(self.output, bytes)) {
                // Whoever shares the descriptor has made it non-blocking.
                Err(Errno::AGAIN) => patience.wait(self.output)?,
                written => {
                    let written = written?;
                    self.left = self.left.saturating_sub(written as u64);
                    #[cfg(target_os = "linux")]
                    if let Some(copied) = &mut self.after_pages {
                        *copied = copied.saturating_add(written as u64);
                    }
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
        // What a server sends is no page of a file that changes.
        if moved > 0 && matches!(source, Input::File(_)) {
            self.after_pages = Some(0);
        }
        Ok(moved)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;
    use std::io::Read;

    use rustix::fd::AsFd;

    use super::*;
    use crate::source::FileSource;

    /// A pipe with 4,000 bytes that are pages of a file and 100 that are copies, and the sink that put them there.
    fn with_pages(test: impl FnOnce(FdSink<'_>, File)) {
        let disk = tempfile::NamedTempFile::new().expect("a file");
        disk.as_file().set_len(4000).expect("there is room");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut source = FileSource::open(disk.path(), false).map(Input::File).expect("it opens");
        // So much is still to come that nothing is held back, as it is in a pipe that was enlarged since.
        let mut sink = FdSink::new(writer.as_fd(), u64::MAX);
        let moved = sink.copy_from_source(&mut source, 0..4000).expect("it is unchanged");
        let copied = sink.write(&[1; 100]).expect("there is room");
        assert_eq!((moved, copied), (4000, 100));
        test(sink, File::from(rustix::fd::OwnedFd::from(reader)));
    }

    #[test]
    fn the_end_does_not_come_before_the_reader_has_taken_all_pages() {
        with_pages(|sink, mut reader| {
            std::thread::scope(|scope| {
                let finish = scope.spawn(move || sink.finish());
                reader.read_exact(&mut [0; 3999]).expect("there are bytes");
                assert!(!finish.is_finished(), "a byte of a page is still there");
                reader.read_exact(&mut [0; 1]).expect("there are bytes");
                finish.join().expect("no panic").expect("only copies are left");
            });
        });
    }

    #[test]
    fn pages_that_no_reader_will_take_are_a_failure() {
        with_pages(|sink, reader| {
            drop(reader);
            assert!(matches!(sink.finish(), Err(SinkError::Closed)));
        });
    }
}
