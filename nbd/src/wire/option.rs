//! Options: what a client asks for before the transmission begins.

use crate::error::Refusal;
use crate::wire::greeting::IHAVEOPT;

/// The numbers of options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionKind {
    ExportName,
    Abort,
    List,
    Go,
    StructuredReply,
    SetMetaContext,
}

/// The longest name that the protocol allows, in bytes.
const LONGEST_NAME: usize = 4096;

const NBD_INFO_BLOCK_SIZE: u16 = 3;

impl OptionKind {
    pub(crate) const fn number(self) -> u32 {
        match self {
            Self::ExportName => 1,
            Self::Abort => 2,
            Self::List => 3,
            Self::Go => 7,
            Self::StructuredReply => 8,
            Self::SetMetaContext => 10,
        }
    }

    /// The whole message.
    pub(crate) fn encode(self, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let mut message = Vec::from(IHAVEOPT.to_be_bytes());
        message.extend(self.number().to_be_bytes());
        message.extend(length.to_be_bytes());
        message.extend(data);
        message
    }
}

/// The data of `NBD_OPT_GO`: the export's name, and that its block sizes are of interest.
pub(crate) fn go(name: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut data = string(name)?;
    data.extend(1_u16.to_be_bytes());
    data.extend(NBD_INFO_BLOCK_SIZE.to_be_bytes());
    Ok(data)
}

/// The data of `NBD_OPT_SET_META_CONTEXT`: the export's name and one query.
pub(crate) fn set_meta_context(name: &[u8], query: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut data = string(name)?;
    data.extend(1_u32.to_be_bytes());
    data.extend(string(query)?);
    Ok(data)
}

/// Refuses a name that is too long.
pub(crate) fn check_name(name: &[u8]) -> Result<(), Refusal> {
    string(name).map(|_| ())
}

fn string(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let length = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= LONGEST_NAME);
    let length = length.ok_or(Refusal::NameTooLong(bytes.len()))?;
    let mut data = Vec::from(length.to_be_bytes());
    data.extend(bytes);
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_has_a_magic_a_number_a_length_and_data() {
        let message = OptionKind::Go.encode(&go(b"ab").unwrap());
        let data = b"\x00\x00\x00\x02ab\x00\x01\x00\x03";
        let expected = [&b"IHAVEOPT\x00\x00\x00\x07\x00\x00\x00\x0a"[..], data].concat();
        assert_eq!(message, expected);
        assert_eq!(
            OptionKind::StructuredReply.encode(&[]),
            b"IHAVEOPT\x00\x00\x00\x08\x00\x00\x00\x00"
        );
    }

    #[test]
    fn a_metadata_context_is_asked_for_by_name() {
        let data = set_meta_context(b"", b"base:allocation").unwrap();
        let expected = b"\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0fbase:allocation";
        assert_eq!(data, expected);
    }

    #[test]
    fn a_name_has_at_most_4096_bytes() {
        assert!(go(&[b'x'; 4096]).is_ok());
        assert_eq!(go(&[b'x'; 4097]), Err(Refusal::NameTooLong(4097)));
    }
}
