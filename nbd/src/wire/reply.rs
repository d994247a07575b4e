//! How replies begin: simple ones, and the chunks of structured ones.

use crate::fields::Fields;

/// Bytes of the magic number that says which of the two it is.
pub(crate) const MAGIC: usize = 4;

const SIMPLE: u32 = 0x6744_6698;
const STRUCTURED: u32 = 0x668e_33ef;

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Simple,
    Structured,
}

impl Form {
    /// What a magic number stands for.
    pub(crate) fn decode(magic: [u8; MAGIC]) -> Option<Self> {
        match u32::from_be_bytes(magic) {
            SIMPLE => Some(Self::Simple),
            STRUCTURED => Some(Self::Structured),
            _ => None,
        }
    }
}

/// Bytes of a simple reply after the magic number. The data of a read follows, if there was no error.
pub(crate) const SIMPLE_LENGTH: usize = 12;

/// A simple reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Simple {
    pub(crate) error: u32,
    pub(crate) cookie: u64,
}

impl Simple {
    pub(crate) fn decode(bytes: &[u8; SIMPLE_LENGTH]) -> Self {
        let mut fields = Fields(bytes);
        let (error, cookie) = (fields.u32(), fields.u64());
        Self { error: error.unwrap_or(0), cookie: cookie.unwrap_or(0) }
    }
}

/// Bytes of a chunk after the magic number, and before its data.
pub(crate) const CHUNK_LENGTH: usize = 16;

const DONE: u16 = 1 << 0;

/// How a chunk of a structured reply begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkHeader {
    /// Whether it is the last one of its reply.
    pub(crate) done: bool,
    pub(crate) kind: u16,
    pub(crate) cookie: u64,
    /// Bytes of data that follow.
    pub(crate) length: u32,
}

impl ChunkHeader {
    pub(crate) fn decode(bytes: &[u8; CHUNK_LENGTH]) -> Self {
        let mut fields = Fields(bytes);
        let (flags, kind) = (fields.u16().unwrap_or(0), fields.u16().unwrap_or(0));
        let (cookie, length) = (fields.u64().unwrap_or(0), fields.u32().unwrap_or(0));
        Self { done: flags & DONE != 0, kind, cookie, length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_magic_number_tells_the_form() {
        assert_eq!(Form::decode([0x67, 0x44, 0x66, 0x98]), Some(Form::Simple));
        assert_eq!(Form::decode([0x66, 0x8e, 0x33, 0xef]), Some(Form::Structured));
        // Extended headers, which were never asked for.
        assert_eq!(Form::decode([0x6e, 0x8a, 0x27, 0x8c]), None);
    }

    #[test]
    fn a_simple_reply_has_an_error_and_a_cookie() {
        let simple = Simple::decode(b"\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x01\x02");
        assert_eq!(simple, Simple { error: 5, cookie: 0x102 });
    }

    #[test]
    fn a_chunk_has_flags_a_kind_a_cookie_and_a_length() {
        let bytes = b"\x00\x01\x80\x01\x00\x00\x00\x00\x00\x00\x01\x02\x00\x00\x00\x06";
        let header = ChunkHeader { done: true, kind: 0x8001, cookie: 0x102, length: 6 };
        assert_eq!(ChunkHeader::decode(bytes), header);
    }
}
