//! The blocking driver: a [`ReadAt`] source through the stages into a [`Write`] sink.

mod emit;
mod read;
mod scan;

use core::ops::{ControlFlow, Range};

pub use emit::{emit, emit_range};
pub use read::read_image_at;
pub use scan::{next_data, scan, scan_range};

use crate::address::HostOffset;
use crate::error::Error;
use crate::io::{ReadAt, Write};
use crate::layout::Layout;
use crate::options::Options;
use crate::progress::Progress;

/// Converts a source: [`scan()`], then [`emit()`].
///
/// `buffer` is all the memory that the data passes through; 1 MiB is a good size. `progress` is
/// called many times a second, and cancels the conversion by breaking.
///
/// # Errors
/// [`Error`] says which side is to blame. Unless it comes before the first byte, the sink has a
/// part of an image, which its owner must not take for a whole one.
pub fn convert<S, W>(
    source: &mut S,
    sink: &mut W,
    options: &Options,
    buffer: &mut [u8],
    mut progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Layout, Error<S::Error, W::Error>>
where
    S: ReadAt + ?Sized,
    W: Write<S> + ?Sized,
{
    let layout = scan(source, options, buffer, &mut progress).map_err(Error::with_sink)?;
    emit(&layout, source, sink, buffer, &mut progress)?;
    Ok(layout)
}

/// Refuses a range that is reversed or begins behind the image's end, of which there is nothing to give.
fn check<R, W>(layout: &Layout, range: &Range<HostOffset>) -> Result<(), Error<R, W>> {
    let (start, end, size) = (range.start.get(), range.end.get(), layout.image_size());
    if start > end || start > size {
        return Err(Error::Range { start, end, size });
    }
    Ok(())
}

/// Reads exactly as many bytes as the buffer holds.
fn read_exact<S: ReadAt + ?Sized, W>(
    source: &mut S,
    size: u64,
    mut offset: u64,
    mut buffer: &mut [u8],
) -> Result<(), Error<S::Error, W>> {
    while !buffer.is_empty() {
        let given = buffer.len();
        let read = source.read_at(offset, buffer);
        let read = read.map_err(|error| Error::Source { offset, error })?;
        if read == 0 {
            return Err(Error::SourceEnded { offset, size });
        }
        let rest = core::mem::take(&mut buffer).get_mut(read..);
        buffer =
            rest.ok_or(Error::SourceCount { offset, given: widen(given), read: widen(read) })?;
        offset = offset.saturating_add(widen(read));
    }
    Ok(())
}

fn widen(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The front of the buffer, at most `length` bytes of it.
fn front(buffer: &mut [u8], length: u64) -> &mut [u8] {
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(buffer.len());
    buffer.get_mut(..length).unwrap_or_default()
}
