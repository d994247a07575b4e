//! The whole I/O surface: a source that is read at an offset, and a sink that takes bytes.

use alloc::vec::Vec;
use core::convert::Infallible;
use core::ops::Range;

/// A source of guest data that can be read at any offset.
pub trait ReadAt {
    /// What can go wrong.
    type Error;

    /// The size of the source in bytes.
    ///
    /// # Errors
    /// If the size cannot be learned.
    fn size(&mut self) -> Result<u64, Self::Error>;

    /// Reads bytes at `offset` into the front of `buffer` and returns how many. It may return fewer
    /// than fit, but 0 only at the end of the source.
    ///
    /// # Errors
    /// If the bytes cannot be read, or the source is known to have changed since its size was asked for.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Self::Error>;

    /// The first range at or after `offset` that may hold bytes other than zero, and `None` if
    /// there are only zeros from there on. A source that does not know answers with all that is left.
    ///
    /// # Errors
    /// If the holes cannot be learned.
    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Self::Error> {
        Ok(Some(offset..u64::MAX))
    }

    /// As [`read_at`](Self::read_at), but only what is cheap to have, as from memory; 0 otherwise. The scan
    /// uses it to look at the beginning of a cluster before it reads the whole of it. It goes on to others from
    /// front to back, at multiples of `stride` bytes, so that a source may prepare for these.
    ///
    /// # Errors
    /// As for [`read_at`](Self::read_at).
    fn read_cached_at(
        &mut self,
        _offset: u64,
        _stride: u64,
        _buffer: &mut [u8],
    ) -> Result<usize, Self::Error> {
        Ok(0)
    }
}

/// A sink that takes the image from front to back. `S` is the source that it may copy from.
pub trait Write<S: ReadAt + ?Sized> {
    /// What can go wrong.
    type Error;

    /// Takes bytes from the front of `bytes` and returns how many. Taking none is a failure.
    ///
    /// # Errors
    /// If the bytes cannot be taken.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error>;

    /// Takes bytes of the source from `range` on, without their passing through this library,
    /// and returns how many. 0 asks for them, and for all that follows, by [`write`](Self::write); so does a
    /// sink whose way failed, so that the failure is found again where it is clear which side it belongs to.
    ///
    /// # Errors
    /// If the source is known to have changed.
    fn copy_from_source(&mut self, _source: &mut S, _range: Range<u64>) -> Result<u64, S::Error> {
        Ok(0)
    }
}

/// A disk in memory.
impl ReadAt for &[u8] {
    type Error = Infallible;

    fn size(&mut self) -> Result<u64, Infallible> {
        Ok(u64::try_from(self.len()).unwrap_or(u64::MAX))
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = self.get(offset..).unwrap_or_default();
        let taken = buffer.iter_mut().zip(bytes).map(|(to, from)| *to = *from);
        Ok(taken.count())
    }
}

/// An image in memory.
impl<S: ReadAt + ?Sized> Write<S> for Vec<u8> {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}
