//! Any range of the image, into memory.

use super::{check, front, read_exact, widen};
use crate::address::HostOffset;
use crate::error::Error;
use crate::io::ReadAt;
use crate::layout::Layout;
use crate::segment::Segment;

/// Fills the front of `buffer` with the image from a host offset on, and returns how many bytes that are: all
/// that fit, or what is left of the image. Meant for whoever serves ranges, and has no sink.
///
/// # Errors
/// [`Error`], never that of a sink; [`Error::Range`] if the offset lies behind the image's end. What the buffer holds then is no part of the image.
pub fn read_image_at<S: ReadAt + ?Sized>(
    layout: &Layout,
    source: &mut S,
    offset: HostOffset,
    buffer: &mut [u8],
) -> Result<usize, Error<S::Error>> {
    let end = HostOffset::new(offset.get().saturating_add(widen(buffer.len())));
    check(layout, &(offset..end))?;
    let mut filled = 0_usize;
    for segment in layout.segments_in(offset..end) {
        // The segments of the range are together no longer than the buffer.
        let bytes = front(buffer.get_mut(filled..).unwrap_or_default(), segment.length());
        match segment {
            Segment::Metadata { offset, .. } => layout.encode_metadata(offset, bytes),
            Segment::Guest { offset, .. } => {
                read_exact(source, layout.source_size(), offset.get(), bytes)?;
            }
            Segment::Zeros { .. } => bytes.fill(0),
        }
        filled = filled.saturating_add(bytes.len());
    }
    Ok(filled)
}
