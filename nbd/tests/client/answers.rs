//! What servers say, byte by byte, and a transport that says it whatever it is asked.

use std::io::{self, Cursor, Read, Write};

use qcow2_stream_nbd::{Client, Error, Settings};

/// A server that has said everything before it was asked, and then closes.
#[derive(Debug)]
pub(crate) struct Script(Cursor<Vec<u8>>);

impl Script {
    pub(crate) fn new(answers: Vec<u8>) -> Self {
        Self(Cursor::new(answers))
    }
}

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A client of a server that says just this.
pub(crate) fn client(answers: &[&[u8]]) -> Result<Client<Script>, Error> {
    Client::new(Script::new(answers.concat()), b"disk", Settings::default())
}

/// As [`client`], with an export of 1 MiB, structured replies and block status agreed on.
pub(crate) fn agreed(answers: &[&[u8]]) -> Client<Script> {
    let agreement = agreement(1 << 20);
    let all = [&[&*agreement], answers].concat();
    client(&all).expect("the negotiation is without fault")
}

/// A whole negotiation.
pub(crate) fn agreement(size: u64) -> Vec<u8> {
    [
        greeting(3),
        reply(8, ACK, b""),
        context(CONTEXT),
        reply(10, ACK, b""),
        export(size),
        reply(7, ACK, b""),
    ]
    .concat()
}

/// The number of `base:allocation` in these answers.
pub(crate) const CONTEXT: u32 = 7;

pub(crate) const ACK: u32 = 1;
pub(crate) const INFO: u32 = 3;
pub(crate) const UNSUPPORTED: u32 = 0x8000_0001;
pub(crate) const TLS_REQUIRED: u32 = 0x8000_0005;
pub(crate) const UNKNOWN: u32 = 0x8000_0006;

pub(crate) fn greeting(flags: u16) -> Vec<u8> {
    [&b"NBDMAGICIHAVEOPT"[..], &flags.to_be_bytes()].concat()
}

pub(crate) fn reply(option: u32, kind: u32, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("small");
    [&reply_header(option, kind, length)[..], data].concat()
}

pub(crate) fn reply_header(option: u32, kind: u32, length: u32) -> Vec<u8> {
    let numbers = [option, kind, length].map(u32::to_be_bytes).concat();
    [&0x0003_e889_0455_65a9_u64.to_be_bytes()[..], &numbers].concat()
}

pub(crate) fn context(id: u32) -> Vec<u8> {
    reply(10, 4, &[&id.to_be_bytes()[..], b"base:allocation"].concat())
}

pub(crate) fn export(size: u64) -> Vec<u8> {
    reply(7, INFO, &[&[0, 0][..], &size.to_be_bytes(), &[0, 3]].concat())
}

pub(crate) fn block_size(sizes: [u32; 3]) -> Vec<u8> {
    reply(7, INFO, &[&[0, 3][..], &sizes.map(u32::to_be_bytes).concat()].concat())
}

pub(crate) fn simple(error: u32, cookie: u64) -> Vec<u8> {
    let start = [0x6744_6698, error].map(u32::to_be_bytes).concat();
    [&start[..], &cookie.to_be_bytes()].concat()
}

pub(crate) fn chunk_header(done: bool, kind: u16, cookie: u64, length: u32) -> Vec<u8> {
    let flags = u16::from(done).to_be_bytes();
    let magic = 0x668e_33ef_u32.to_be_bytes();
    let rest = [&cookie.to_be_bytes()[..], &length.to_be_bytes()].concat();
    [&magic[..], &flags, &kind.to_be_bytes(), &rest].concat()
}

pub(crate) fn chunk(done: bool, kind: u16, cookie: u64, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("small");
    [&chunk_header(done, kind, cookie, length)[..], data].concat()
}

pub(crate) fn none(cookie: u64) -> Vec<u8> {
    chunk(true, 0, cookie, b"")
}

pub(crate) fn data(done: bool, cookie: u64, offset: u64, bytes: &[u8]) -> Vec<u8> {
    chunk(done, 1, cookie, &[&offset.to_be_bytes()[..], bytes].concat())
}

pub(crate) fn hole(done: bool, cookie: u64, offset: u64, length: u32) -> Vec<u8> {
    chunk(done, 2, cookie, &[&offset.to_be_bytes()[..], &length.to_be_bytes()].concat())
}

pub(crate) fn status(done: bool, cookie: u64, context: u32, extents: &[(u32, u32)]) -> Vec<u8> {
    let extents = extents.iter().flat_map(|(length, flags)| [*length, *flags]);
    let numbers: Vec<u8> =
        [context].into_iter().chain(extents).flat_map(u32::to_be_bytes).collect();
    chunk(done, 5, cookie, &numbers)
}

pub(crate) fn error(done: bool, cookie: u64, number: u32, message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("small");
    chunk(
        done,
        0x8001,
        cookie,
        &[&number.to_be_bytes()[..], &length.to_be_bytes(), message].concat(),
    )
}

/// Checks that something failed, with a message that has all these words in it, on one line.
#[track_caller]
pub(crate) fn fails<V: std::fmt::Debug>(done: Result<V, Error>, words: &[&str]) {
    let text = done.expect_err("it fails").to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in: {text}");
    }
    assert!(!text.contains('\n') && text.len() < 8000, "{text}");
}
