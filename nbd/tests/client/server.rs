//! An honest server in memory, which answers in any order and in any pieces that the protocol allows.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::ops::Range;

use crate::answers::{
    ACK, CONTEXT, block_size, context, data, export, greeting, hole, none, reply, simple, status,
};

/// What the server is like.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) structured: bool,
    pub(crate) contexts: bool,
    pub(crate) minimum: u32,
    pub(crate) maximum: u32,
    /// The most extents in an answer.
    pub(crate) extents: usize,
    /// From which all that is left open is decided.
    pub(crate) seed: u64,
}

/// The server.
#[derive(Debug)]
pub(crate) struct Server {
    kind: Kind,
    disk: Vec<u8>,
    random: u64,
    requests: Vec<[u8; 28]>,
    partial: Vec<u8>,
    answers: VecDeque<u8>,
    /// Chunks of replies that are begun; each list in the order in which it must go out.
    begun: Vec<VecDeque<Vec<u8>>>,
}

impl Server {
    pub(crate) fn new(kind: Kind, disk: Vec<u8>) -> Self {
        let size = disk.len() as u64;
        let mut start = greeting(3);
        start.extend(reply(8, if kind.structured { ACK } else { 0x8000_0001 }, b""));
        if kind.structured {
            start.extend(if kind.contexts { context(CONTEXT) } else { Vec::new() });
            start.extend(reply(10, ACK, b""));
        }
        start.extend(
            [export(size), block_size([kind.minimum, 4096.max(kind.minimum), kind.maximum])]
                .concat(),
        );
        start.extend(reply(7, ACK, b""));
        let random = kind.seed | 1;
        let (requests, partial, begun) = (Vec::new(), Vec::new(), Vec::new());
        Self { kind, disk, random, requests, partial, answers: start.into(), begun }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as usize % limit
    }

    /// Puts something more into the answers.
    fn work(&mut self) {
        while !self.requests.is_empty() && (self.begun.is_empty() || self.below(2) == 0) {
            let at = self.below(self.requests.len());
            let request = self.requests.swap_remove(at);
            let reply = self.reply(request);
            self.begun.push(reply);
        }
        if self.begun.is_empty() {
            return;
        }
        let at = self.below(self.begun.len());
        let chunk = self.begun[at].pop_front().expect("no list is empty");
        self.answers.extend(chunk);
        self.begun.retain(|chunks| !chunks.is_empty());
    }

    fn reply(&mut self, request: [u8; 28]) -> VecDeque<Vec<u8>> {
        let number = |range: Range<usize>| {
            request[range].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        };
        let (command, cookie, offset, length) =
            (number(4..8), number(8..16), number(16..24) as usize, number(24..28) as usize);
        let end = offset + length;
        let minimum = self.kind.minimum as usize;
        assert_eq!(offset % minimum, 0, "a request begins within a block");
        assert!(end.is_multiple_of(minimum) || end == self.disk.len(), "it ends within one");
        assert!(length > 0 && end <= self.disk.len(), "it reaches past the end");
        match command {
            0 => {
                assert!(length <= self.kind.maximum as usize, "it is longer than allowed");
                self.read(cookie, offset..end)
            }
            7 => [self.status(cookie, offset..end)].into(),
            _ => panic!("the command {command}"),
        }
    }

    fn read(&mut self, cookie: u64, range: Range<usize>) -> VecDeque<Vec<u8>> {
        if !self.kind.structured {
            return [[&simple(0, cookie)[..], &self.disk[range]].concat()].into();
        }
        let mut pieces = VecDeque::new();
        let mut at = range.start;
        while at < range.end {
            let length = (1 + self.below(range.len())).min(range.end - at);
            let bytes = &self.disk[at..at + length];
            pieces.push_back(if bytes.iter().all(|byte| *byte == 0) {
                hole(false, cookie, at as u64, length as u32)
            } else {
                data(false, cookie, at as u64, bytes)
            });
            at += length;
        }
        let count = pieces.len();
        for _ in 0..count {
            let (a, b) = (self.below(count), self.below(count));
            pieces.swap(a, b);
        }
        if self.below(2) == 0 {
            pieces.push_back(none(cookie));
        } else if let Some(last) = pieces.back_mut() {
            last[5] = 1;
        }
        pieces
    }

    fn status(&mut self, cookie: u64, range: Range<usize>) -> Vec<u8> {
        let mut extents: Vec<(u32, u32)> = Vec::new();
        for block in self.disk[range].chunks(self.kind.minimum as usize) {
            let flags = if block.iter().all(|byte| *byte == 0) { 3 } else { 0 };
            let full = extents.len() == self.kind.extents;
            match extents.last_mut() {
                Some(last) if last.1 == flags => last.0 += block.len() as u32,
                _ if full => break,
                _ => extents.push((block.len() as u32, flags)),
            }
        }
        status(true, cookie, CONTEXT, &extents)
    }
}

impl Read for Server {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.answers.is_empty() {
            assert!(
                !self.requests.is_empty() || !self.begun.is_empty(),
                "the client waits for nothing"
            );
            self.work();
        }
        let most = self.answers.len().min(buffer.len());
        let length = 1 + self.below(most);
        for (to, from) in buffer.iter_mut().zip(self.answers.drain(..length)) {
            *to = from;
        }
        Ok(length)
    }
}

impl Write for Server {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = 1 + self.below(bytes.len());
        for byte in &bytes[..length] {
            self.partial.push(*byte);
            let start = self.partial.len().saturating_sub(28);
            // Options come first; whatever follows begins with this number.
            if self.partial[start..].starts_with(&[0x25, 0x60, 0x95, 0x13])
                && self.partial.len() >= 28
            {
                let request: [u8; 28] = self.partial[start..].try_into().expect("28 bytes");
                self.partial.clear();
                if request[7] != 2 {
                    self.requests.push(request);
                }
            }
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A client that goes has heard all that it asked for.
impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let left = self.requests.len() + self.begun.len() + self.answers.len();
            assert_eq!(left, 0, "the client goes with requests under way");
        }
    }
}
