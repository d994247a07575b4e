//! The second pass: the image into the sink.

use core::ops::{ControlFlow, Range};

use super::{check, front, read_exact, widen};
use crate::address::HostOffset;
use crate::error::Error;
use crate::io::{ReadAt, Write};
use crate::layout::Layout;
use crate::progress::{Phase, Progress};
use crate::segment::Segment;

/// A run shorter than this is copied through the buffer, together with its neighbours: a call for
/// each would cost more.
const WORTH_A_CALL: u64 = 64 * 1024;

/// Writes the whole image.
///
/// # Errors
/// As for [`convert`](super::convert).
pub fn emit<S, W>(
    layout: &Layout,
    source: &mut S,
    sink: &mut W,
    buffer: &mut [u8],
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), Error<S::Error, W::Error>>
where
    S: ReadAt + ?Sized,
    W: Write<S> + ?Sized,
{
    let all = HostOffset::new(0)..HostOffset::new(layout.image_size());
    emit_range(layout, all, source, sink, buffer, progress)
}

/// Writes the part of the image within `range`, as far as the image reaches. Parts that follow one
/// another join to the whole, so a transfer can be resumed, or cut up and sent in parallel. From the end
/// of the image on, nothing is left to write.
///
/// # Errors
/// As for [`convert`](super::convert), and [`Error::Range`] if the range is reversed or begins behind the
/// end: whoever resumes at a wrong place must not take that for the rest of the image.
pub fn emit_range<S, W>(
    layout: &Layout,
    range: Range<HostOffset>,
    source: &mut S,
    sink: &mut W,
    buffer: &mut [u8],
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), Error<S::Error, W::Error>>
where
    S: ReadAt + ?Sized,
    W: Write<S> + ?Sized,
{
    if buffer.is_empty() {
        return Err(Error::NoBuffer);
    }
    check(layout, &range)?;
    let start = range.start.get();
    let end = range.end.get().min(layout.image_size());
    let mut pass = Pass {
        layout,
        source,
        sink,
        buffer,
        filled: 0,
        start,
        written: start,
        copying: true,
        end,
        progress,
    };
    pass.report()?;
    for segment in layout.segments_in(range) {
        pass.segment(segment)?;
    }
    pass.flush()?;
    pass.finish()
}

/// The pass under way.
struct Pass<'a, S: ?Sized, W: ?Sized, P> {
    layout: &'a Layout,
    source: &'a mut S,
    sink: &'a mut W,
    buffer: &'a mut [u8],
    /// Bytes at the front of the buffer that wait to be written.
    filled: usize,
    /// Where the range begins, in bytes of the image.
    start: u64,
    /// What the sink has taken, in bytes of the image.
    written: u64,
    /// Whether the sink has not yet declined to copy by itself.
    copying: bool,
    /// Where the range ends.
    end: u64,
    progress: P,
}

impl<S, W, P> Pass<'_, S, W, P>
where
    S: ReadAt + ?Sized,
    W: Write<S> + ?Sized,
    P: FnMut(Progress) -> ControlFlow<()>,
{
    fn segment(&mut self, segment: Segment) -> Result<(), Error<S::Error, W::Error>> {
        match segment {
            Segment::Metadata { offset, length } => self.metadata(offset, length),
            Segment::Guest { offset, length } => self.guest(offset.get(), length),
            Segment::Zeros { length } => self.zeros(length),
        }
    }

    fn metadata(
        &mut self,
        offset: HostOffset,
        length: u64,
    ) -> Result<(), Error<S::Error, W::Error>> {
        let layout = self.layout;
        self.fill(length, |_, done, bytes| {
            let offset = HostOffset::new(offset.get().saturating_add(done));
            layout.encode_metadata(offset, bytes);
            Ok(())
        })
    }

    fn zeros(&mut self, length: u64) -> Result<(), Error<S::Error, W::Error>> {
        self.fill(length, |_, _, bytes| {
            bytes.fill(0);
            Ok(())
        })
    }

    fn guest(&mut self, mut offset: u64, mut length: u64) -> Result<(), Error<S::Error, W::Error>> {
        while self.copying && length >= WORTH_A_CALL {
            let copied = self.copy(offset, length)?;
            self.copying = copied > 0;
            offset = offset.saturating_add(copied);
            length = length.saturating_sub(copied);
        }
        let size = self.layout.source_size();
        self.fill(length, |source, done, bytes| {
            read_exact(source, size, offset.saturating_add(done), bytes)
        })
    }

    /// Lets the sink take bytes from the source in its own way. Returns how many it took.
    fn copy(&mut self, offset: u64, length: u64) -> Result<u64, Error<S::Error, W::Error>> {
        self.flush()?;
        let range = offset..offset.saturating_add(length);
        let copied = self.sink.copy_from_source(self.source, range);
        let copied = copied.map_err(|error| Error::Source { offset, error })?;
        if copied > length {
            return Err(self.stuck(length, copied));
        }
        self.written = self.written.saturating_add(copied);
        self.report()?;
        Ok(copied)
    }

    /// Passes `length` bytes through the buffer. `encode` gets the source, the number of bytes done, and
    /// the bytes to fill.
    fn fill(
        &mut self,
        length: u64,
        mut encode: impl FnMut(&mut S, u64, &mut [u8]) -> Result<(), Error<S::Error, W::Error>>,
    ) -> Result<(), Error<S::Error, W::Error>> {
        let mut done = 0_u64;
        while done < length {
            if self.filled == self.buffer.len() {
                self.flush()?;
            }
            let free = self.buffer.get_mut(self.filled..).unwrap_or_default();
            let bytes = front(free, length.saturating_sub(done));
            encode(self.source, done, bytes)?;
            done = done.saturating_add(widen(bytes.len()));
            self.filled = self.filled.saturating_add(bytes.len());
        }
        Ok(())
    }

    /// Writes what waits in the buffer.
    fn flush(&mut self) -> Result<(), Error<S::Error, W::Error>> {
        let mut bytes = self.buffer.get(..self.filled).unwrap_or_default();
        while !bytes.is_empty() {
            let offset = self.written;
            let taken = self.sink.write(bytes);
            let taken = taken.map_err(|error| Error::Sink { offset, error })?;
            let rest = bytes.get(taken..).filter(|_| taken > 0);
            bytes = rest.ok_or_else(|| self.stuck(widen(bytes.len()), widen(taken)))?;
            self.written = offset.saturating_add(widen(taken));
        }
        self.filled = 0;
        self.report()
    }

    fn stuck(&self, given: u64, taken: u64) -> Error<S::Error, W::Error> {
        Error::SinkStuck { offset: self.written, given, taken }
    }

    /// The last check of all: the segments have covered the range.
    fn finish(&self) -> Result<(), Error<S::Error, W::Error>> {
        if self.written < self.end {
            return Err(Error::Incomplete { written: self.written, end: self.end });
        }
        Ok(())
    }

    fn report(&mut self) -> Result<(), Error<S::Error, W::Error>> {
        let bytes = self.written.saturating_sub(self.start);
        let total = self.end.saturating_sub(self.start);
        match (self.progress)(Progress { phase: Phase::Emit, bytes, total }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }
}
