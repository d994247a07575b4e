//! The right answers of a server: to options, and to requests.

use std::collections::VecDeque;

use super::message::{Body, Message};
use super::server::{Server, Stage};
use crate::choice::{flag, once_in, skewed};

const CONTEXT: u32 = 7;
const ACK: u32 = 1;
const UNSUPPORTED: u32 = 1 << 31 | 1;

impl Server<'_> {
    pub(super) fn option(&mut self, option: u32) {
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

    /// A read's chunks, in any order.
    pub(super) fn read(&mut self, cookie: u64, offset: u64, length: u64) -> VecDeque<Message> {
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
    pub(super) fn status(&mut self, cookie: u64, start: u64, length: u64) -> VecDeque<Message> {
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
}
