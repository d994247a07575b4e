//! How a server begins, and what the client's flags answer (newstyle negotiation).

use crate::error::Refusal;
use crate::fields::Fields;

/// Bytes of the server's greeting.
pub(crate) const LENGTH: usize = 18;

const NBDMAGIC: u64 = 0x4e42_444d_4147_4943;
/// Also before each option.
pub(crate) const IHAVEOPT: u64 = 0x4948_4156_454f_5054;

const FIXED_NEWSTYLE: u16 = 1 << 0;
const NO_ZEROES: u16 = 1 << 1;

/// What the server can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Greeting {
    /// It answers options that it does not know, instead of closing.
    pub(crate) fixed_newstyle: bool,
    /// It leaves out the padding behind the answer to `NBD_OPT_EXPORT_NAME`.
    pub(crate) no_zeroes: bool,
}

impl Greeting {
    pub(crate) fn decode(bytes: &[u8; LENGTH]) -> Result<Self, Refusal> {
        let mut fields = Fields(bytes);
        let (magic, style) = (fields.u64().unwrap_or(0), fields.u64().unwrap_or(0));
        if magic != NBDMAGIC {
            return Err(Refusal::NotNbd(magic.to_be_bytes()));
        }
        if style != IHAVEOPT {
            return Err(Refusal::OldStyle);
        }
        let flags = fields.u16().unwrap_or(0);
        Ok(Self { fixed_newstyle: flags & FIXED_NEWSTYLE != 0, no_zeroes: flags & NO_ZEROES != 0 })
    }

    /// The client's answer: it can do what the server can.
    pub(crate) fn client_flags(self) -> [u8; 4] {
        let fixed = if self.fixed_newstyle { u32::from(FIXED_NEWSTYLE) } else { 0 };
        let zeroes = if self.no_zeroes { u32::from(NO_ZEROES) } else { 0 };
        (fixed | zeroes).to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_18_bytes() {
        let greeting = Greeting::decode(b"NBDMAGICIHAVEOPT\x00\x03").unwrap();
        assert_eq!(greeting, Greeting { fixed_newstyle: true, no_zeroes: true });
        assert_eq!(greeting.client_flags(), [0, 0, 0, 3]);
        let plain = Greeting::decode(b"NBDMAGICIHAVEOPT\xff\xfc").unwrap();
        assert_eq!(plain, Greeting { fixed_newstyle: false, no_zeroes: false });
        assert_eq!(plain.client_flags(), [0; 4]);
    }

    #[test]
    fn other_greetings_are_told_apart() {
        let http = Greeting::decode(b"HTTP/1.1 400 Bad Request".first_chunk().unwrap());
        assert_eq!(http, Err(Refusal::NotNbd(*b"HTTP/1.1")));
        let old = Greeting::decode(b"NBDMAGIC\x00\x00\x42\x02\x81\x86\x12\x53\x00\x00");
        assert_eq!(old, Err(Refusal::OldStyle));
    }
}
