//! A server that has said everything before it was asked: any bytes, perhaps behind an agreement that is in order.

use std::io::{Cursor, Read, Result, Write};

use arbitrary::Unstructured;

use super::Said;
use super::disk::Disk;
use super::message::Message;
use crate::choice::flag;

/// The server.
#[derive(Debug)]
pub(super) struct Raw(Cursor<Vec<u8>>);

impl Raw {
    pub(super) fn new(u: &mut Unstructured<'_>, size: u64) -> Self {
        let agrees = flag(u);
        let mut bytes = if agrees { agreement(size) } else { Vec::new() };
        bytes.extend(u.bytes(u.len()).unwrap_or_default());
        Self(Cursor::new(bytes))
    }
}

fn agreement(size: u64) -> Vec<u8> {
    let reply = |option, kind, data: &[u8]| Message::Option { option, kind, data: data.to_vec() };
    let export = [&[0, 0][..], &size.to_be_bytes(), &[0, 3]].concat();
    let messages = [
        Message::Bytes(b"NBDMAGICIHAVEOPT\0\x03".to_vec()),
        reply(8, 1, b""),
        reply(10, 4, b"\0\0\0\x07base:allocation"),
        reply(10, 1, b""),
        reply(7, 3, &export),
        reply(7, 1, b""),
    ];
    let encode = |message: &Message| message.encode(&Disk::default(), &mut Said::default());
    messages.iter().flat_map(encode).collect()
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Raw {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
