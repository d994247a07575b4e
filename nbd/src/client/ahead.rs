//! Which requests go out, and when.

use std::io::{Read, Write};

use super::Client;
use super::pass::Direct;
use crate::error::Error;
use crate::extents::Next;
use crate::pending::Status;
use crate::wire::request::Command;

impl<T: Read + Write> Client<T> {
    /// Makes sure that the byte at `offset`, which exists, has been asked for, and asks for what will be
    /// wanted next.
    pub(super) fn aim(&mut self, offset: u64) -> Result<(), Error> {
        if self.window.seek(offset) {
            self.ahead = self.ahead.saturating_mul(2).min(self.depth);
        } else {
            self.make_room()?;
            // The last read may have been fetched whole, so that nothing of it is left to go on from.
            let goes_on = self.fetched == offset;
            self.ahead = if goes_on { self.ahead.saturating_mul(2).min(self.depth) } else { 1 };
            let start = self.down(offset);
            let end = match self.known_from(offset) {
                Some(Next::Data(data)) => data.end,
                _ => self.export.size,
            };
            self.read_from(start, end);
        }
        if self.pace.reads_ahead() {
            self.top_up();
        }
        self.send()
    }

    /// Keeps replies that nobody wants any more from piling up.
    fn make_room(&mut self) -> Result<(), Error> {
        while self.window.len() > self.depth.saturating_mul(2) {
            self.receive(Direct::Own)?;
        }
        Ok(())
    }

    /// Sends reads until enough are under way, following the data as far as it is known.
    fn top_up(&mut self) {
        while self.window.len() < self.ahead {
            let Some(position) = self.window.end().filter(|end| *end < self.export.size) else {
                return;
            };
            match self.known_from(position) {
                Some(Next::Data(data)) => {
                    self.read_from(self.down(data.start).max(position), data.end);
                }
                Some(Next::UnknownFrom(offset)) => {
                    self.ask_status(offset);
                    return;
                }
                None => self.read_from(position, self.export.size),
            }
        }
    }

    /// What is known of the bytes from `offset` on; `None` if the server tells nothing.
    pub(super) fn known_from(&self, offset: u64) -> Option<Next> {
        self.export.context.map(|_| self.extents.next(offset))
    }

    /// Asks for a read's worth of bytes from `start` on, though not for more than up to `end`.
    fn read_from(&mut self, start: u64, end: u64) {
        let most = start.saturating_add(self.request.into());
        let cut = most & !u64::from(self.export.block.preferred).saturating_sub(1);
        let full = if cut > start { cut } else { most };
        let end = full.min(self.up(end)).min(self.export.size);
        let length = u32::try_from(end.saturating_sub(start)).unwrap_or(self.request);
        let cookie = self.request(Command::Read, start, length);
        self.window.push(cookie, start, length);
    }

    /// Asks where there is data from `offset` on, unless an answer is being waited for.
    pub(super) fn ask_status(&mut self, offset: u64) {
        let offset = self.down(offset);
        if self.status.is_some() || offset >= self.export.size {
            return;
        }
        let most = u64::from(!self.mask32());
        let length = self.export.size.saturating_sub(offset).min(most);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let cookie = self.request(Command::BlockStatus, offset, length);
        self.status = Some(Status { cookie, offset, length, told: false, failed: false });
    }

    fn mask32(&self) -> u32 {
        self.export.block.minimum.saturating_sub(1)
    }

    /// The beginning of the block at `offset`.
    fn down(&self, offset: u64) -> u64 {
        offset & !u64::from(self.mask32())
    }

    /// The end of the block before `offset`, unless that begins one.
    fn up(&self, offset: u64) -> u64 {
        self.down(offset.saturating_add(self.mask32().into()))
    }
}
