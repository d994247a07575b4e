//! Bytes that go on to elsewhere without a stay in this program's memory.

use std::io::{Read, Write};
use std::ops::Range;

use super::Client;
use crate::error::Error;

/// Where the bytes go that a client passes on. It has no errors: whoever fails takes nothing, and the bytes are
/// to be read and written in the ordinary way, where the failure is found again.
pub trait Onward<T> {
    /// Waits until the transport has bytes or has ended, but not for long: the client has other things to look after,
    /// and asks again. Returns whether that is so.
    fn is_ready(&mut self, transport: &mut T) -> bool;

    /// Moves up to `most` bytes out of the transport, which is ready, and returns how many. None may be lost on the way.
    fn take_from(&mut self, transport: &mut T, most: usize) -> usize;

    /// Takes bytes that had come before from their front on, and returns how many.
    fn take(&mut self, bytes: &[u8]) -> usize;
}

/// Which bytes are to be passed on.
pub(super) struct Passage<'a, T> {
    /// The read that they belong to: the first one, of which nothing waits in a buffer.
    cookie: u64,
    /// Where they end, in bytes of the export.
    end: u64,
    onward: &'a mut dyn Onward<T>,
}

impl<T: Read + Write> Client<T> {
    /// Passes bytes on from the beginning of `range`, which is given in bytes of the export, and returns how many.
    /// It is 0 if they are to be read instead, or if there are none.
    ///
    /// # Errors
    /// As for [`read_at`](qcow2_stream::ReadAt::read_at). Some bytes may have gone on then.
    pub fn pass_on(&mut self, range: Range<u64>, onward: &mut dyn Onward<T>) -> Result<u64, Error> {
        let end = range.end.min(self.export.size);
        if range.start >= end {
            return Ok(0);
        }
        let passed = self.unless_broken(|client| client.pass(range.start, end, onward))?;
        self.note_read(range.start, passed);
        Ok(passed)
    }

    /// Passes on what one request brings, or zeros that are known to be there. `offset` is before `end`.
    fn pass(&mut self, offset: u64, end: u64, onward: &mut dyn Onward<T>) -> Result<u64, Error> {
        if let Some(zeros) = self.extents.zeros(offset) {
            let length = usize::try_from(zeros.min(end).saturating_sub(offset));
            let zeros = ZEROS.get(..length.unwrap_or(usize::MAX).min(ZEROS.len()));
            return Ok(count(onward.take(zeros.unwrap_or_default())));
        }
        self.aim(offset)?;
        let mut position = offset;
        while let Some(cookie) = self.untouched(position, end) {
            self.receive(Direct::Pass(Passage { cookie, end, onward }))?;
            position = self.window.front().map_or(position, |read| read.offset);
        }
        // The bytes of a reply that ends in an error would count for nothing.
        while self.window.front().is_some_and(|read| !read.done) {
            self.receive(Direct::Own)?;
        }
        if position > offset {
            return Ok(position.saturating_sub(offset));
        }
        Ok(self.pass_buffer(offset, end, onward))
    }

    /// The cookie of the first read, if it is to begin at `offset` and nothing of it lies in its buffer.
    fn untouched(&mut self, offset: u64, end: u64) -> Option<u64> {
        let read = self.window.front()?;
        let rest = read.offset == offset && offset < end && read.length > 0;
        (rest && read.coverage.is_empty() && !read.done).then_some(read.cookie)
    }

    /// Passes on what lies in the buffer of the first read, which has come.
    fn pass_buffer(&mut self, offset: u64, end: u64, onward: &mut dyn Onward<T>) -> u64 {
        let Some(read) = self.window.front() else {
            return 0;
        };
        let start = usize::try_from(offset.saturating_sub(read.offset)).unwrap_or(usize::MAX);
        let bytes = read.buffer.get(start..).unwrap_or_default();
        let length = usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX);
        count(onward.take(bytes.get(..length.min(bytes.len())).unwrap_or_default()))
    }

    /// Passes on the front of a payload of `length` bytes that is about to be received, and cuts it off its read:
    /// those bytes have come, and must not come again. Returns how many.
    pub(super) fn pass_payload(
        &mut self,
        cookie: u64,
        offset: u64,
        length: u32,
        passage: Passage<'_, T>,
    ) -> Result<u32, Error> {
        let Passage { cookie: awaited, end, onward } = passage;
        let Self { window, stream, .. } = self;
        let read = window.find(cookie).filter(|_| cookie == awaited);
        let next = read.filter(|read| read.offset == offset && length <= read.length);
        let Some(read) = next.filter(|read| read.coverage.is_empty()) else {
            return Ok(0);
        };
        let most = u64::from(length).min(end.saturating_sub(offset));
        let passed = stream.pass(u32::try_from(most).unwrap_or(length), onward)?;
        read.offset = offset.saturating_add(passed.into());
        read.length = read.length.saturating_sub(passed);
        Ok(passed)
    }
}

/// Where the bytes of one read are to go instead of its own buffer.
pub(super) enum Direct<'a, T> {
    /// Nowhere else.
    Own,
    /// The read's cookie, and the place.
    Buffer(u64, &'a mut [u8]),
    /// On to elsewhere, without being received.
    Pass(Passage<'a, T>),
}

/// A piece of a hole.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
