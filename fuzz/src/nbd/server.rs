//! A server that answers as the protocol says, in any order and any pieces, and perhaps with faults.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Result, Write};
use std::rc::Rc;

use arbitrary::Unstructured;

use super::Said;
use super::disk::Disk;
use super::message::Message;
use crate::choice::{flag, once_in, skewed, within};

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
pub(super) enum Stage {
    Flags,
    Options,
    Requests,
    Over,
}

/// The server.
#[derive(Debug)]
pub(super) struct Server<'a> {
    pub(super) u: Unstructured<'a>,
    pub(super) disk: Disk,
    said: Rc<RefCell<Said>>,
    faults: Faults,
    /// What it can do: options that it doesn't know are refused.
    pub(super) knows: [bool; 3],
    pub(super) greets: u16,
    pub(super) maximum: u32,
    pub(super) stage: Stage,
    pub(super) structured: bool,
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
    pub(super) fn send(&mut self, mut message: Message) {
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

    /// Requests follow, unless it has hung up.
    pub(super) fn begin(&mut self) {
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
