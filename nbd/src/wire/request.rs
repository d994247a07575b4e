//! Requests of the transmission.

/// Bytes of a request without data.
pub(crate) const LENGTH: usize = 28;

const MAGIC: u32 = 0x2560_9513;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Read,
    Disconnect,
    BlockStatus,
}

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) command: Command,
    /// What its reply will be known by.
    pub(crate) cookie: u64,
    /// Where, in bytes of the export.
    pub(crate) offset: u64,
    /// How many bytes of the export.
    pub(crate) length: u32,
}

impl Request {
    pub(crate) fn encode(&self) -> [u8; LENGTH] {
        let command = match self.command {
            Command::Read => 0_u32,
            Command::Disconnect => 2,
            Command::BlockStatus => 7,
        };
        let mut bytes = [0; LENGTH];
        let (magic, rest) = bytes.split_at_mut(4);
        let (kind, rest) = rest.split_at_mut(4);
        let (cookie, rest) = rest.split_at_mut(8);
        let (offset, length) = rest.split_at_mut(8);
        magic.copy_from_slice(&MAGIC.to_be_bytes());
        // 16 bits of flags, none of which is set, and 16 bits of the command.
        kind.copy_from_slice(&command.to_be_bytes());
        cookie.copy_from_slice(&self.cookie.to_be_bytes());
        offset.copy_from_slice(&self.offset.to_be_bytes());
        length.copy_from_slice(&self.length.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_28_bytes() {
        let request =
            Request { command: Command::BlockStatus, cookie: 5, offset: 1 << 40, length: 512 };
        let expected = b"\x25\x60\x95\x13\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x05\
            \x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00";
        assert_eq!(&request.encode(), expected);
        let read = Request { command: Command::Read, ..request };
        assert_eq!(read.encode()[4..8], [0; 4]);
        let disconnect = Request { command: Command::Disconnect, ..request };
        assert_eq!(disconnect.encode()[4..8], [0, 0, 0, 2]);
    }
}
