//! The client as a source.

use std::io::{Read, Write};
use std::ops::Range;

use qcow2_stream::ReadAt;

use super::Client;
use super::pass::Direct;
use crate::error::Error;
use crate::extents::Next;

impl<T: Read + Write> ReadAt for Client<T> {
    type Error = Error;

    fn size(&mut self) -> Result<u64, Error> {
        Ok(self.export.size)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let buffer = front(buffer, self.export.size.saturating_sub(offset));
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = self.unless_broken(|client| client.read(offset, buffer))?;
        self.note_read(offset, u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Error> {
        self.unless_broken(|client| client.find_data(offset))
    }

    fn read_cached_at(
        &mut self,
        offset: u64,
        stride: u64,
        buffer: &mut [u8],
    ) -> Result<usize, Error> {
        self.unless_broken(|client| client.probe(offset, stride, buffer))
    }
}

impl<T: Read + Write> Client<T> {
    /// Reads what one request brings, or zeros that are known to be there. The buffer is not empty, and
    /// does not reach past the end of the export.
    fn read(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        if let Some(end) = self.extents.zeros(offset) {
            let zeros = front(buffer, end.saturating_sub(offset));
            zeros.fill(0);
            return Ok(zeros.len());
        }
        self.aim(offset)?;
        if let Some(direct) = self.fits(offset, buffer) {
            return self.read_straight(direct, buffer);
        }
        while self.window.front().is_some_and(|read| !read.done) {
            self.receive(Direct::Own)?;
        }
        Ok(self.copy(offset, buffer))
    }

    /// Notes what has gone to the caller, so that the next read can go on from there.
    pub(super) fn note_read(&mut self, offset: u64, length: u64) {
        self.fetched = offset.saturating_add(length);
        self.pace.read(length);
        if self.pace.is_left() {
            self.end_probes();
        }
    }

    /// The cookie of the read at `offset` if nothing of it has come yet and all of it fits.
    fn fits(&mut self, offset: u64, buffer: &[u8]) -> Option<u64> {
        let read = self.window.front()?;
        let fresh = read.offset == offset && read.coverage.is_empty() && !read.done;
        let room = u32::try_from(buffer.len()).is_ok_and(|room| read.length <= room);
        (fresh && room).then_some(read.cookie)
    }

    /// Lets a read go into the caller's buffer without a copy.
    fn read_straight(&mut self, cookie: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        while self.window.find(cookie).is_some() {
            self.receive(Direct::Buffer(cookie, buffer))?;
        }
        let length = self.window.front().map_or(0, |read| {
            read.wanted = false;
            usize::try_from(read.length).unwrap_or(0)
        });
        self.window.sweep();
        Ok(length)
    }

    /// Copies from the first read, which has come.
    fn copy(&mut self, offset: u64, buffer: &mut [u8]) -> usize {
        self.window.front().map_or(0, |read| read.copy_to(offset, buffer))
    }

    /// Finds the first data at or after `offset`.
    fn find_data(&mut self, mut offset: u64) -> Result<Option<Range<u64>>, Error> {
        while offset < self.export.size {
            match self.known_from(offset) {
                None => return Ok(Some(offset..self.export.size)),
                Some(Next::Data(data)) => return Ok(Some(data)),
                Some(Next::UnknownFrom(unknown)) => {
                    offset = unknown;
                    if offset < self.export.size {
                        self.ask_status(offset);
                        self.send()?;
                        while self.status.is_some() {
                            self.receive(Direct::Own)?;
                        }
                    }
                }
            }
        }
        Ok(None)
    }
}

/// The front of a buffer, at most `length` bytes of it.
fn front(buffer: &mut [u8], length: u64) -> &mut [u8] {
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(buffer.len());
    buffer.get_mut(..length).unwrap_or_default()
}
