//! Sources that keep to their contract, but behave otherwise than a plain disk in memory.

use std::ops::Range;

use qcow2_stream::ReadAt;

use super::lengths::Lengths;

/// A source whose reads give few bytes.
#[derive(Clone, Debug)]
pub struct ShortReads<S>(pub S, pub Lengths);

impl<S: ReadAt> ReadAt for ShortReads<S> {
    type Error = S::Error;

    fn size(&mut self) -> Result<u64, S::Error> {
        self.0.size()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, S::Error> {
        let length = self.1.next_within(buffer.len());
        self.0.read_at(offset, &mut buffer[..length])
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, S::Error> {
        self.0.next_data(offset)
    }
}

/// A source that does not know its holes, as a block device.
#[derive(Clone, Debug)]
pub struct Holeless<S>(pub S);

impl<S: ReadAt> ReadAt for Holeless<S> {
    type Error = S::Error;

    fn size(&mut self) -> Result<u64, S::Error> {
        self.0.size()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, S::Error> {
        self.0.read_at(offset, buffer)
    }
}

/// A source of which parts are in a cache: of each three cached reads one gives all, one gives
/// half, and one gives nothing.
#[derive(Clone, Debug)]
pub struct Cached<S> {
    inner: S,
    /// How many cached reads there were.
    pub calls: usize,
}

impl<S> Cached<S> {
    /// Puts a cache before a source.
    pub fn new(inner: S) -> Self {
        Self { inner, calls: 0 }
    }

    /// The source behind the cache.
    pub fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S: ReadAt> ReadAt for Cached<S> {
    type Error = S::Error;

    fn size(&mut self) -> Result<u64, S::Error> {
        self.inner.size()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, S::Error> {
        self.inner.read_at(offset, buffer)
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, S::Error> {
        self.inner.next_data(offset)
    }

    fn read_cached_at(
        &mut self,
        offset: u64,
        _stride: u64,
        buffer: &mut [u8],
    ) -> Result<usize, S::Error> {
        self.calls += 1;
        let length = [buffer.len(), buffer.len().div_ceil(2), 0][self.calls % 3];
        if length == 0 {
            return Ok(0);
        }
        self.inner.read_at(offset, &mut buffer[..length])
    }
}
