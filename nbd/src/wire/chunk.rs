//! Kinds of chunks, and the data of the small ones.

use crate::fields::Fields;
use crate::text::ServerText;

/// What a chunk carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChunkKind {
    /// Nothing: the reply is over.
    None,
    /// An offset, and the bytes from there on.
    OffsetData,
    /// An offset, and how many zeros there are from there on.
    OffsetHole,
    /// A context, and extents.
    BlockStatus,
    /// An error, perhaps with an offset behind its message.
    Error,
    /// Not known; the number.
    Unknown(u16),
}

impl From<u16> for ChunkKind {
    fn from(number: u16) -> Self {
        match number {
            0 => Self::None,
            1 => Self::OffsetData,
            2 => Self::OffsetHole,
            5 => Self::BlockStatus,
            // Whatever is above is an error too, and begins like one.
            0x8000.. => Self::Error,
            _ => Self::Unknown(number),
        }
    }
}

/// Bytes of the offset before the data of a chunk.
pub(crate) const OFFSET: usize = 8;

/// Bytes of a hole.
pub(crate) const HOLE: usize = 12;

/// Decodes a hole: its offset and its length, in bytes of the export.
pub(crate) fn hole(bytes: &[u8; HOLE]) -> (u64, u32) {
    let mut fields = Fields(bytes);
    (fields.u64().unwrap_or(0), fields.u32().unwrap_or(0))
}

/// The most bytes that an error may have: the longest string, and what stands around it.
pub(crate) const LONGEST_ERROR: u32 = 4 + 2 + 4096 + 8;

/// Decodes an error: its number and message.
pub(crate) fn error(data: &[u8]) -> Option<(u32, ServerText)> {
    let mut fields = Fields(data);
    let number = fields.u32()?;
    let length = fields.u16()?;
    Some((number, ServerText::new(fields.bytes(length.into())?)))
}

/// Bytes of the context before the extents.
pub(crate) const CONTEXT: u32 = 4;

/// Bytes of an extent.
pub(crate) const EXTENT: usize = 8;

/// The bit of an extent that says that it reads as zeros. `NBD_STATE_HOLE` says only that it takes no room.
const STATE_ZERO: u32 = 1 << 1;

/// Decodes an extent: its length in bytes, and whether it reads as zeros.
pub(crate) fn extent(bytes: [u8; EXTENT]) -> (u32, bool) {
    let mut fields = Fields(&bytes);
    (fields.u32().unwrap_or(0), fields.u32().unwrap_or(0) & STATE_ZERO != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_from_bit_15_on_are_errors() {
        for number in [0x8000, 0x8001, 0x8002, 0xffff] {
            assert_eq!(ChunkKind::from(number), ChunkKind::Error);
        }
        assert_eq!(ChunkKind::from(6), ChunkKind::Unknown(6));
    }

    #[test]
    fn a_hole_is_an_offset_and_a_length() {
        let bytes = b"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02\x00";
        assert_eq!(hole(bytes), (1 << 32, 512));
    }

    #[test]
    fn an_error_has_a_number_and_a_message() {
        let (number, message) = error(b"\x00\x00\x00\x05\x00\x03bad").unwrap();
        assert_eq!((number, message.to_string().as_str()), (5, "bad"));
        // NBD_REPLY_TYPE_ERROR_OFFSET: the offset comes last.
        assert!(error(b"\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00").is_some());
        assert_eq!(error(b"\x00\x00\x00\x05\x00\x04bad"), None);
        assert_eq!(error(b"\x00\x00\x00\x05\x00"), None);
    }

    #[test]
    fn only_the_zero_bit_says_that_an_extent_reads_as_zeros() {
        let state = |flags| extent([0, 0, 2, 0, 0, 0, 0, flags]);
        assert_eq!(state(0), (512, false));
        assert_eq!(state(1), (512, false));
        assert_eq!(state(2), (512, true));
        assert_eq!(state(3), (512, true));
    }
}
