//! Replies to options.

use crate::fields::Fields;

/// Bytes before the data.
pub(crate) const LENGTH: usize = 20;

const MAGIC: u64 = 0x0003_e889_0455_65a9;

/// What a reply says before its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OptionReply {
    /// The option that it answers.
    pub(crate) option: u32,
    pub(crate) kind: ReplyKind,
    /// Bytes of data that follow.
    pub(crate) length: u32,
}

/// What kind of reply it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyKind {
    /// The option is done.
    Ack,
    /// An export.
    Server,
    /// Something about an export.
    Info,
    /// A metadata context.
    MetaContext,
    Error(OptionError),
    Unknown(u32),
}

/// Why an option is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionError {
    Unsupported,
    TlsRequired,
    UnknownExport,
    Other(u32),
}

impl OptionReply {
    /// `None` if the magic is wrong.
    pub(crate) fn decode(bytes: &[u8; LENGTH]) -> Option<Self> {
        let mut fields = Fields(bytes);
        fields.u64().filter(|magic| *magic == MAGIC)?;
        let (option, kind, length) = (fields.u32()?, fields.u32()?, fields.u32()?);
        Some(Self { option, kind: ReplyKind::from(kind), length })
    }
}

impl From<u32> for ReplyKind {
    fn from(number: u32) -> Self {
        match number {
            1 => Self::Ack,
            2 => Self::Server,
            3 => Self::Info,
            4 => Self::MetaContext,
            0x8000_0001 => Self::Error(OptionError::Unsupported),
            0x8000_0005 => Self::Error(OptionError::TlsRequired),
            0x8000_0006 => Self::Error(OptionError::UnknownExport),
            0x8000_0000.. => Self::Error(OptionError::Other(number)),
            _ => Self::Unknown(number),
        }
    }
}

impl OptionError {
    /// The reason in words.
    pub(crate) fn in_words(self) -> String {
        match self {
            Self::Unsupported => "it does not know the request".to_owned(),
            Self::TlsRequired => "it requires TLS".to_owned(),
            Self::UnknownExport => "it has no such export".to_owned(),
            Self::Other(0x8000_0002) => "its policy forbids it".to_owned(),
            Self::Other(0x8000_0003) => "it calls the request invalid".to_owned(),
            Self::Other(0x8000_0004) => "its platform cannot do it".to_owned(),
            Self::Other(0x8000_0007) => "it is shutting down".to_owned(),
            Self::Other(0x8000_0008) => {
                "it wants block sizes that this client did not accept".to_owned()
            }
            Self::Other(0x8000_0009) => "it calls the request too big".to_owned(),
            Self::Other(0x8000_000a) => {
                "it wants extended headers, which are not supported".to_owned()
            }
            Self::Other(number) => format!("error {number:#x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_names_its_option_its_kind_and_its_length() {
        let bytes =
            b"\x00\x03\xe8\x89\x04\x55\x65\xa9\x00\x00\x00\x07\x00\x00\x00\x03\x00\x00\x00\x0c";
        let reply = OptionReply { option: 7, kind: ReplyKind::Info, length: 12 };
        assert_eq!(OptionReply::decode(bytes), Some(reply));
    }

    #[test]
    fn another_magic_is_no_reply() {
        assert_eq!(OptionReply::decode(&[0xa5; LENGTH]), None);
    }

    #[test]
    fn errors_have_the_highest_bit_set() {
        assert_eq!(ReplyKind::from(0x8000_0006), ReplyKind::Error(OptionError::UnknownExport));
        let other = OptionError::Other(0x8fff_ffff);
        assert_eq!(ReplyKind::from(0x8fff_ffff), ReplyKind::Error(other));
        assert_eq!(other.in_words(), "error 0x8fffffff");
        assert_eq!(ReplyKind::from(5), ReplyKind::Unknown(5));
    }
}
