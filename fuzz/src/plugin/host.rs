//! A host: a source, a sink and an ear, whose answers are good ones mostly.

use std::ops::Range;

use qcow2_stream_plugin_boundary::Code;

use super::case::Case;
use super::tape::Tape;
use crate::choice::{flag, once_in, skewed, within};

/// After so many calls of an action the host fails, and after so many bytes read: some disks are too large to be read.
const PATIENCE: u32 = 400;
const MOST_READ: u64 = 1 << 20;

/// Bytes that a sink takes of all actions of a case, before it fails. Interpreting what makes them takes half a second.
const ROOM: usize = 1 << 20;

/// The host.
#[derive(Clone, Debug)]
pub(super) struct Host {
    disk: Vec<u8>,
    size: u64,
    pub(super) tape: Tape,
    pub(super) image: Vec<u8>,
    /// The most bytes that the sink takes.
    pub(super) room: usize,
    pub(super) calls: u32,
    patience: u32,
    /// Bytes that were read in an action.
    read: u64,
    /// The code that the answer given last has to end the action with.
    pub(super) fault: Option<Code>,
    /// Whether it ever told another size than it has: then anything but a whole image may come of it.
    pub(super) lied: bool,
}

impl Host {
    pub(super) fn new(case: &Case, answers: &[u8]) -> Self {
        Self {
            disk: case.disk.clone(),
            size: case.size,
            tape: Tape::new(answers),
            image: Vec::new(),
            room: ROOM,
            calls: 0,
            patience: PATIENCE,
            read: 0,
            fault: None,
            lied: false,
        }
    }

    /// Another action begins.
    pub(super) fn begin(&mut self) {
        (self.fault, self.patience, self.read) = (None, PATIENCE, 0);
    }

    /// Counts a call. Whether it is to go wrong.
    fn goes_wrong(&mut self) -> bool {
        assert!(self.fault.is_none(), "a call after {:?}", self.fault);
        self.calls += 1;
        self.patience = if self.read > MOST_READ { 0 } else { self.patience.saturating_sub(1) };
        self.patience == 0 || self.tape.draw(|u| once_in(u, 24))
    }

    /// Answers with a failure.
    fn fail(&mut self, code: Code) -> i32 {
        self.fault = Some(code);
        -1 - self.tape.draw(|u| skewed(u, 31)) as i32
    }

    /// A count that is wrong where so many bytes were offered: none, or too many.
    fn wrong_count(&mut self, room: usize, none: Code, many: Code) -> i32 {
        let more = self.tape.draw(|u| skewed(u, 31)) as i32;
        match (room as i32).checked_add(more) {
            Some(count) if more > 0 => {
                self.fault = Some(many);
                count
            }
            _ => {
                self.fault = Some(none);
                0
            }
        }
    }

    pub(super) fn size(&mut self) -> i64 {
        if !self.goes_wrong() {
            return self.size as i64;
        }
        if self.patience == 0 || self.tape.draw(flag) {
            return self.fail(Code::Source).into();
        }
        self.lied = true;
        self.tape.draw(|u| skewed(u, 63)) as i64
    }

    pub(super) fn read_at(&mut self, offset: u64, bytes: &mut [u8]) -> i32 {
        if self.goes_wrong() {
            if self.patience == 0 || self.tape.draw(flag) {
                return self.fail(Code::Source);
            }
            return self.wrong_count(bytes.len(), Code::SourceEnded, Code::SourceAnswer);
        }
        let room = self.size.saturating_sub(offset).min(bytes.len() as u64) as usize;
        if room == 0 {
            // Only who was told another size asks for more.
            self.fault = Some(Code::SourceEnded);
            return 0;
        }
        let short = self.tape.draw(|u| once_in(u, 4).then(|| 1 + skewed(u, 16) as usize));
        let count = short.unwrap_or(room).min(room);
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(self.disk.len());
        let data = &self.disk[from..];
        let data = &data[..data.len().min(count)];
        bytes[..data.len()].copy_from_slice(data);
        bytes[data.len()..count].fill(0);
        self.read += count as u64;
        count as i32
    }

    /// The number, and the range that goes with a 1.
    pub(super) fn next_data(&mut self, offset: u64) -> (i32, Range<u64>) {
        let (wrong, any) = (self.goes_wrong(), 0..0);
        let rest = self.disk.get(offset as usize..).unwrap_or_default();
        let zeros = rest.iter().position(|byte| *byte != 0);
        if wrong {
            let kind = self.tape.draw(|u| within(u, 0..=2));
            return match kind {
                _ if self.patience == 0 => (self.fail(Code::Source), any),
                0 => (self.fail(Code::Source), any),
                1 => {
                    self.fault = Some(Code::Source);
                    (3 + self.tape.draw(|u| skewed(u, 30)) as i32, any)
                }
                _ => {
                    self.fault = Some(Code::SourceAnswer);
                    // Empty, reversed, or before what was asked for.
                    let start = self.tape.draw(|u| skewed(u, 64));
                    (1, start..self.tape.draw(|u| skewed(u, 64)).min(start))
                }
            };
        }
        let Some(zeros) = zeros else { return (2, any) };
        let start = offset + self.tape.draw(|u| within(u, 0..=zeros as u64));
        let end = start.saturating_add(1 + self.tape.draw(|u| skewed(u, 63)));
        if self.tape.draw(flag) { (1, start..end.max(offset + 1)) } else { (0, any) }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> i32 {
        let full = self.image.len() + bytes.len() > self.room;
        if self.goes_wrong() || full {
            if full || self.patience == 0 || self.tape.draw(flag) {
                return self.fail(Code::Sink);
            }
            return self.wrong_count(bytes.len(), Code::SinkAnswer, Code::SinkAnswer);
        }
        let short = self.tape.draw(|u| once_in(u, 4).then(|| 1 + skewed(u, 16) as usize));
        let count = short.unwrap_or(bytes.len()).min(bytes.len());
        self.image.extend_from_slice(&bytes[..count]);
        count as i32
    }

    pub(super) fn progress(&mut self, done: u64, total: u64) -> i32 {
        assert!(done <= total, "{done} of {total} are done");
        if !self.goes_wrong() {
            return 0;
        }
        self.fault = Some(Code::Cancelled);
        let any = self.tape.draw(|u| skewed(u, 32)) as i32;
        if any == 0 { 1 } else { any }
    }
}
