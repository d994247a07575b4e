//! What `NBD_OPT_GO` tells of an export.

use crate::fields::Fields;

/// A piece of information.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Info {
    /// `NBD_INFO_EXPORT`: its size in bytes, and what can be done with it.
    Export {
        size: u64,
        flags: u16,
    },
    /// `NBD_INFO_BLOCK_SIZE`, all in bytes.
    BlockSize {
        minimum: u32,
        preferred: u32,
        maximum: u32,
    },
    Unknown,
}

impl Info {
    /// `None` if it has another length than it should.
    pub(crate) fn decode(data: &[u8]) -> Option<Self> {
        let mut fields = Fields(data);
        let info = match fields.u16()? {
            0 => Self::Export { size: fields.u64()?, flags: fields.u16()? },
            3 => Self::BlockSize {
                minimum: fields.u32()?,
                preferred: fields.u32()?,
                maximum: fields.u32()?,
            },
            _ => return Some(Self::Unknown),
        };
        fields.0.is_empty().then_some(info)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_has_a_size_and_flags() {
        let data = b"\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x01\x03";
        let info = Info::Export { size: 1 << 32, flags: 0x0103 };
        assert_eq!(Info::decode(data), Some(info));
        assert_eq!(Info::decode(&data[..11]), None);
        assert_eq!(Info::decode(&[&data[..], b"x"].concat()), None);
    }

    #[test]
    fn block_sizes_are_three() {
        let data = b"\x00\x03\x00\x00\x02\x00\x00\x00\x10\x00\x02\x00\x00\x00";
        let info = Info::BlockSize { minimum: 512, preferred: 4096, maximum: 32 << 20 };
        assert_eq!(Info::decode(data), Some(info));
    }

    #[test]
    fn what_is_unknown_may_have_any_length() {
        assert_eq!(Info::decode(b"\x00\x02description"), Some(Info::Unknown));
        assert_eq!(Info::decode(b"\x00"), None);
    }
}
