//! A server that answers as the protocol says, in any order and any pieces, and perhaps with faults.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Result, Write};
use std::rc::Rc;

use arbitrary::Unstructured;

use super::Said;
use super::disk::Disk;
use super::message::{Body, Message};
use crate::choice::{flag, once_in, skewed, within};

const CONTEXT: u32 = 7;
const ACK: u32 = 1;
const UNSUPPORTED: u32 = 1 << 31 | 1;

/// The server hangs up after so many messages.
const PATIENCE: u32 = 2000;

/// When a server has faults.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Faults {
    None,
    InReplies,
    Anywhere,
}

/// What the client says next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Flags,
    Options,
    Requests,
    Over,
}

/// The server.
#[derive(Debug)]
pub(super) struct Server<'a> {
    u: Unstructured<'a>,
    disk: Disk,
    said: Rc<RefCell<Said>>,
    faults: Faults,
    /// What it can do: options that it doesn't know are refused.
    knows: [bool; 3],
    greets: u16,
    maximum: u32,
    stage: Stage,
    structured: bool,
    heard: Vec<u8>,
    /// Chunks of replies that are begun, each list in the order in which it must go out.
    begun: Vec<VecDeque<Message>>,
    outgoing: VecDeque<u8>,
    sent: u32,
}

impl<'a> Server<'a> {
    pub(super) fn new(
        mut u: Unstructured<'a>,
        disk: Disk,
        faults: Faults,
        said: Rc<RefCell<Said>>,
    ) -> Self {
        let greets = if once_in(&mut u, 8) { within(&mut u, 0..=3) as u16 } else { 3 };
        let knows = [8, 8, 8].map(|times| !once_in(&mut u, times));
        let maximum = disk.block << within(&mut u, 0..=6);
        let mut server = Self {
            u,
            disk,
            said,
            faults,
            knows,
            greets,
            maximum,
            stage: Stage::Flags,
            structured: false,
            heard: Vec::new(),
            begun: Vec::new(),
            outgoing: VecDeque::new(),
            sent: 0,
        };
        // Who can only be asked for `NBD_OPT_EXPORT_NAME` cannot tell the sizes of its blocks.
        if greets & 1 == 0 || !server.knows[2] {
            server.disk.block = server.disk.block.min(512);
            server.maximum = 32 << 20;
        }
        let greeting = [&b"NBDMAGICIHAVEOPT"[..], &greets.to_be_bytes()].concat();
        server.send(Message::Bytes(greeting));
        server
    }

    /// Puts a message into what goes out, perhaps with a fault.
    fn send(&mut self, mut message: Message) {
        self.sent += 1;
        let said = Rc::clone(&self.said);
        let said = &mut *said.borrow_mut();
        if self.sent > PATIENCE {
            said.is_faulty = true;
            self.stage = Stage::Over;
        }
        if self.stage == Stage::Over {
            return;
        }
        let is_spoilt = self.is_at_fault(6);
        if !is_spoilt {
            return self.outgoing.extend(message.encode(&self.disk, said));
        }
        said.is_faulty = true;
        match within(&mut self.u, 0..=7) {
            0 => {}
            1 => {
                // Only chunks tell where their bytes belong.
                said.is_garbled |= !matches!(message, Message::Chunk { .. });
                let twice = message.encode(&self.disk, said).repeat(2);
                self.outgoing.extend(twice);
            }
            2 => self.garble(&message, said),
            3 => {
                let bytes = message.encode(&self.disk, said);
                let length = within(&mut self.u, 0..=bytes.len() as u64) as usize;
                self.outgoing.extend(&bytes[..length]);
                self.stage = Stage::Over;
            }
            _ => {
                message.spoil(&mut self.u, said);
                self.outgoing.extend(message.encode(&self.disk, said));
            }
        }
    }

    /// Whether something goes wrong now, as it does once in `times`.
    fn is_at_fault(&mut self, times: u64) -> bool {
        let is_due = match self.faults {
            Faults::None => false,
            Faults::Anywhere => true,
            Faults::InReplies => self.stage == Stage::Requests,
        };
        is_due && once_in(&mut self.u, times)
    }

    /// Sends a message with a wrong byte, or with bytes too many.
    fn garble(&mut self, message: &Message, said: &mut Said) {
        said.is_garbled = true;
        let mut bytes = message.encode(&self.disk, said);
        if flag(&mut self.u) {
            bytes.extend(self.u.arbitrary::<Vec<u8>>().unwrap_or_default());
        }
        let at = within(&mut self.u, 0..=40.min(bytes.len().max(1) as u64 - 1)) as usize;
        if let Some(byte) = bytes.get_mut(at) {
            *byte = self.u.arbitrary().unwrap_or_default();
        }
        self.outgoing.extend(bytes);
    }

    /// Takes in what the client has said in full.
    fn hear(&mut self) {
        loop {
            let needed = match self.stage {
                Stage::Flags => 4,
                Stage::Options => match self.heard.get(12..16) {
                    Some(length) => 16 + number(length) as usize,
                    None => return,
                },
                Stage::Requests => 28,
                Stage::Over => return,
            };
            if self.heard.len() < needed {
                return;
            }
            let rest = self.heard.split_off(needed);
            let part = std::mem::replace(&mut self.heard, rest);
            match self.stage {
                Stage::Flags => self.stage = Stage::Options,
                Stage::Options => self.option(number(&part[8..12]) as u32),
                _ => self.request(&part),
            }
        }
    }

    fn option(&mut self, option: u32) {
        let reply = |kind, data: &[u8]| Message::Option { option, kind, data: data.to_vec() };
        let [structured, contexts, go] = self.knows;
        match option {
            1 => self.export_name(),
            8 if structured => {
                self.structured = true;
                self.send(reply(ACK, b""));
            }
            10 if contexts => {
                let context = [&CONTEXT.to_be_bytes()[..], b"base:allocation"].concat();
                self.send(reply(4, &context));
                self.send(reply(ACK, b""));
            }
            7 if go => self.go(),
            3 => {
                self.send(reply(2, b"\0\0\0\x01a"));
                self.send(reply(ACK, b""));
            }
            2 => self.stage = Stage::Over,
            _ => self.send(reply(UNSUPPORTED, b"not here")),
        }
    }

    fn go(&mut self) {
        let reply = |kind, data: &[u8]| Message::Option { option: 7, kind, data: data.to_vec() };
        let export = [&[0, 0][..], &self.disk.size.to_be_bytes(), &[0, 3]].concat();
        let block = self.disk.block;
        let sizes = [block, block.max(4096), self.maximum.max(4096)].map(u32::to_be_bytes).concat();
        self.send(reply(3, &export));
        self.send(reply(3, b"\0\x01disk"));
        self.send(reply(3, &[&[0, 3][..], &sizes].concat()));
        self.send(reply(ACK, b""));
        self.begin();
    }

    fn export_name(&mut self) {
        let mut answer = [&self.disk.size.to_be_bytes()[..], &[0, 3]].concat();
        if self.greets & 2 == 0 {
            answer.extend([0; 124]);
        }
        self.send(Message::Bytes(answer));
        self.begin();
    }

    /// Requests follow, unless it has hung up.
    fn begin(&mut self) {
        if self.stage != Stage::Over {
            self.stage = Stage::Requests;
        }
    }

    fn request(&mut self, part: &[u8]) {
        let (cookie, offset, length) =
            (number(&part[8..16]), number(&part[16..24]), number(&part[24..28]));
        let command = number(&part[4..8]);
        if command == 2 {
            self.stage = Stage::Over;
            return;
        }
        if !self.said.borrow().is_faulty {
            let (block, end) = (u64::from(self.disk.block), offset + length);
            assert!(number(&part[..4]) == 0x2560_9513 && matches!(command, 0 | 7));
            assert!(length > 0 && end <= self.disk.size, "{length} bytes at {offset}");
            assert!(offset % block == 0 && (end % block == 0 || end == self.disk.size));
            let most = u64::from(self.maximum.max(4096));
            assert!(command == 7 || length <= most, "{length} bytes, more than {most}");
        }
        let reply = match command {
            7 => self.status(cookie, offset, length),
            _ if self.structured => self.read(cookie, offset, length),
            _ => {
                // Nobody asks an honest server for more.
                let length = length.min(4 << 20) as u32;
                [Message::Simple { error: 0, cookie, offset, length }].into()
            }
        };
        self.begun.push(reply);
    }

    /// A read's chunks, in any order.
    fn read(&mut self, cookie: u64, offset: u64, length: u64) -> VecDeque<Message> {
        let mut chunks = VecDeque::new();
        let end = offset.saturating_add(length.min(4 << 20));
        let mut at = offset;
        while at < end {
            let most = end - at;
            let cut = once_in(&mut self.u, 3).then(|| 1 + skewed(&mut self.u, 16));
            let stretch = self.disk.stretch - at % self.disk.stretch;
            let (length, is_zero) = (cut.unwrap_or(most).min(most), self.disk.is_zero(at));
            let (length, body) = if is_zero && flag(&mut self.u) {
                let length = length.min(stretch);
                (length, Body::Hole { offset: at, length: length as u32 })
            } else {
                (length, Body::Data { offset: at, length: length as u32 })
            };
            let chunk = Message::Chunk { done: false, cookie, body };
            if flag(&mut self.u) {
                chunks.push_front(chunk);
            } else {
                chunks.push_back(chunk);
            }
            at += length;
        }
        if flag(&mut self.u) {
            chunks.push_back(Message::Chunk { done: false, cookie, body: Body::None });
        }
        if let Some(Message::Chunk { done, .. }) = chunks.back_mut() {
            *done = true;
        }
        chunks
    }

    /// The answer to a question for block status: of the beginning of what was asked for, at least.
    fn status(&mut self, cookie: u64, start: u64, length: u64) -> VecDeque<Message> {
        let end = start.saturating_add(length);
        let most = 1 + skewed(&mut self.u, 7);
        let (mut at, mut extents) = (start, Vec::new());
        while at < end && (extents.len() as u64) < most {
            let begin = at;
            let is_zero = self.disk.is_zero(at);
            for _ in 0..64 {
                if at < end && self.disk.is_zero(at) == is_zero {
                    at = at.saturating_add(self.disk.stretch - at % self.disk.stretch).min(end);
                }
            }
            let hole = u32::from(flag(&mut self.u));
            extents.push(((at - begin) as u32, (u32::from(is_zero) << 1) | hole));
        }
        let body = Body::Status { context: CONTEXT, start, end, extents };
        [Message::Chunk { done: true, cookie, body }].into()
    }

    /// Puts something more into what goes out, if there is anything.
    fn work(&mut self) {
        while self.outgoing.is_empty() && self.stage != Stage::Over && !self.begun.is_empty() {
            let at = within(&mut self.u, 0..=self.begun.len() as u64 - 1) as usize;
            if let Some(message) = self.begun[at].pop_front() {
                self.send(message);
            }
            self.begun.retain(|chunks| !chunks.is_empty());
        }
    }

    /// What a transfer is kept up by: what passes, and with faults what doesn't.
    fn disturb(&mut self) -> Result<()> {
        if once_in(&mut self.u, 24) {
            let kinds = [ErrorKind::Interrupted, ErrorKind::WouldBlock, ErrorKind::TimedOut];
            return Err(kinds[within(&mut self.u, 0..=2) as usize].into());
        }
        if self.is_at_fault(200) {
            self.said.borrow_mut().is_faulty = true;
            let kinds = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe, ErrorKind::Other];
            return Err(kinds[within(&mut self.u, 0..=2) as usize].into());
        }
        Ok(())
    }
}

impl Read for Server<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        assert!(!buffer.is_empty(), "a read of nothing");
        self.disturb()?;
        self.work();
        if self.outgoing.is_empty() {
            assert!(self.said.borrow().is_faulty, "the client waits for nothing");
            return Ok(0);
        }
        let most = self.outgoing.len().min(buffer.len());
        let short = once_in(&mut self.u, 4).then(|| 1 + skewed(&mut self.u, 12) as usize);
        let length = short.unwrap_or(most).min(most);
        for (to, from) in buffer.iter_mut().zip(self.outgoing.drain(..length)) {
            *to = from;
        }
        Ok(length)
    }
}

impl Write for Server<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        assert!(!bytes.is_empty(), "a write of nothing");
        self.disturb()?;
        let short = once_in(&mut self.u, 4).then(|| 1 + skewed(&mut self.u, 6) as usize);
        let length = short.unwrap_or(bytes.len()).min(bytes.len());
        self.heard.extend(&bytes[..length]);
        self.hear();
        Ok(length)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
