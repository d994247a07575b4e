//! Small disks, and a source and a sink of them that do as the bytes of a case say.

use std::ops::Range;

use arbitrary::Unstructured;
use qcow2_stream::{ReadAt, Write};

use crate::choice::{flag, once_in, skewed, within};

/// The longest disk in bytes.
pub const MOST: usize = 256 << 10;

/// A disk of stretches of zeros, of other bytes, and of a byte in the midst of zeros.
pub fn disk(u: &mut Unstructured<'_>) -> Vec<u8> {
    let mut disk = Vec::new();
    for _ in 0..within(u, 0..=12) {
        let length = 1 + skewed(u, 17) as usize;
        let length = if flag(u) { length.next_multiple_of(512) } else { length };
        let start = disk.len();
        disk.resize((start + length).min(MOST), 0);
        let stretch = &mut disk[start..];
        match within(u, 0..=3) {
            0 => {}
            1 => stretch.iter_mut().zip(start..).for_each(|(byte, at)| *byte = at as u8 | 1),
            2 => stretch.iter_mut().zip(start..).for_each(|(byte, at)| *byte = (at / 7) as u8),
            _ => {
                let at = within(u, 0..=stretch.len().max(1) as u64 - 1) as usize;
                stretch.iter_mut().skip(at).take(1).for_each(|byte| *byte = 0x80);
            }
        }
    }
    disk
}

/// What went wrong, on purpose: the call that had this number failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Failed(pub u64);

/// Which call is to go wrong, counted from 0, and how.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// The number of the call.
    pub call: u64,
    /// Whether it fails; otherwise it says a wrong count.
    pub fails: bool,
    /// The wrong count is none at all, or more by this than there was room for.
    pub excess: u64,
}

impl Fault {
    /// One in two times none.
    pub fn draw(u: &mut Unstructured<'_>) -> Option<Self> {
        let (faulty, call, fails) = (flag(u), skewed(u, 8), flag(u));
        let excess = if flag(u) { 0 } else { skewed(u, 64) };
        faulty.then_some(Self { call, fails, excess })
    }

    /// The count that is told where `room` bytes were asked for: never a right one.
    fn count(self, room: usize) -> usize {
        if self.excess == 0 { 0 } else { room.saturating_add(self.excess as usize) }
    }
}

/// A source of a disk that comes short, tells some holes, and goes wrong once.
#[derive(Debug)]
pub struct Source<'a, 'b> {
    /// The disk.
    pub disk: &'a [u8],
    /// What its answers are drawn from.
    pub u: &'a mut Unstructured<'b>,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// How many calls there were.
    pub calls: u64,
    /// Whether the fault has come, and must not be overlooked.
    pub is_wrong: bool,
}

impl<'a, 'b> Source<'a, 'b> {
    /// A source of the disk.
    pub fn new(disk: &'a [u8], u: &'a mut Unstructured<'b>, fault: Option<Fault>) -> Self {
        Self { disk, u, fault, calls: 0, is_wrong: false }
    }

    /// Counts a call. The fault that it has to show, if it does not fail by it.
    fn call(&mut self) -> Result<Option<Fault>, Failed> {
        assert!(!self.is_wrong, "a call after a fault");
        let number = self.calls;
        self.calls += 1;
        let fault = self.fault.filter(|fault| fault.call == number);
        if fault.is_some_and(|fault| fault.fails) {
            self.is_wrong = true;
            return Err(Failed(number));
        }
        Ok(fault)
    }

    /// Goes wrong at the next call, too.
    fn repeat_fault(&mut self) {
        self.is_wrong = false;
        self.fault = self.fault.map(|fault| Fault { call: self.calls, ..fault });
    }

    /// Copies some of the disk, at least `least` bytes if there are any, and scribbles over the rest.
    fn copy(&mut self, offset: u64, buffer: &mut [u8], least: usize) -> usize {
        let rest = self.disk.get(offset as usize..).unwrap_or_default();
        let room = rest.len().min(buffer.len());
        let short = once_in(self.u, 3).then(|| skewed(self.u, 16) as usize);
        let count = short.unwrap_or(room).max(least).min(room);
        buffer.fill(0xee);
        buffer[..count].copy_from_slice(&rest[..count]);
        count
    }
}

impl ReadAt for Source<'_, '_> {
    type Error = Failed;

    fn size(&mut self) -> Result<u64, Failed> {
        self.call()?;
        Ok(self.disk.len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Failed> {
        assert!(!buffer.is_empty(), "a read of nothing");
        if let Some(fault) = self.call()? {
            self.is_wrong = true;
            return Ok(fault.count(buffer.len()));
        }
        Ok(self.copy(offset, buffer, 1))
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Failed> {
        self.call()?;
        let size = self.disk.len() as u64;
        assert!(offset < size, "there is nothing behind the end");
        let rest = &self.disk[offset as usize..];
        let zeros = rest.iter().position(|byte| *byte != 0).unwrap_or(rest.len()) as u64;
        let start = match within(self.u, 0..=2) {
            0 => offset + zeros,
            1 => offset,
            _ => offset + within(self.u, 0..=zeros),
        };
        Ok(match within(self.u, 0..=4) {
            0 if zeros == rest.len() as u64 => None,
            0 | 1 => Some(start..u64::MAX),
            2 => Some(start..start + 1 + skewed(self.u, 17)),
            // These make no sense, and must not hide data.
            3 => Some(Range { start: offset + zeros, end: skewed(self.u, 18).min(offset) }),
            _ => Some(Range { start: u64::MAX, end: skewed(self.u, 64) }),
        })
    }

    fn read_cached_at(
        &mut self,
        offset: u64,
        _stride: u64,
        buffer: &mut [u8],
    ) -> Result<usize, Failed> {
        if let Some(fault) = self.call()? {
            // Nobody needs to believe it, nor to complain.
            self.copy(offset, buffer, 0);
            return Ok(fault.count(buffer.len()));
        }
        Ok(match within(self.u, 0..=2) {
            0 => 0,
            _ => self.copy(offset, buffer, 0),
        })
    }
}

/// A sink that takes few bytes, copies some from the source by itself, and goes wrong once.
#[derive(Debug)]
pub struct Sink<'a, 'b> {
    /// What it took.
    pub bytes: Vec<u8>,
    /// What its answers are drawn from.
    pub u: &'a mut Unstructured<'b>,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// How many calls there were.
    pub calls: u64,
    /// Whether the fault has come.
    pub is_wrong: bool,
}

impl<'a, 'b> Sink<'a, 'b> {
    /// An empty sink.
    pub fn new(u: &'a mut Unstructured<'b>, fault: Option<Fault>) -> Self {
        Self { bytes: Vec::new(), u, fault, calls: 0, is_wrong: false }
    }

    /// Counts a call. The fault that it has to show.
    fn call(&mut self) -> Option<(u64, Fault)> {
        assert!(!self.is_wrong, "a call after a fault");
        let number = self.calls;
        self.calls += 1;
        let fault = self.fault.filter(|fault| fault.call == number)?;
        self.is_wrong = true;
        Some((number, fault))
    }

    fn share(&mut self, room: usize, least: usize) -> usize {
        let short = once_in(self.u, 3).then(|| skewed(self.u, 17) as usize);
        short.unwrap_or(room).max(least).min(room)
    }
}

impl Write<Source<'_, '_>> for Sink<'_, '_> {
    type Error = Failed;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Failed> {
        assert!(!bytes.is_empty(), "a write of nothing");
        match self.call() {
            Some((number, Fault { fails: true, .. })) => Err(Failed(number)),
            Some((_, fault)) => Ok(fault.count(bytes.len())),
            None => {
                let count = self.share(bytes.len(), 1);
                self.bytes.extend_from_slice(&bytes[..count]);
                Ok(count)
            }
        }
    }

    fn copy_from_source(
        &mut self,
        source: &mut Source<'_, '_>,
        range: Range<u64>,
    ) -> Result<u64, Failed> {
        let room = (range.end - range.start) as usize;
        match self.call() {
            Some((number, Fault { fails: true, .. })) => return Err(Failed(number)),
            // To copy nothing is no fault.
            Some((_, Fault { excess: 0, .. })) => self.is_wrong = false,
            Some((_, fault)) => return Ok(fault.count(room) as u64),
            None => {}
        }
        let mut bytes = vec![0; self.share(room, 0)];
        if bytes.is_empty() {
            return Ok(0);
        }
        let read = source.read_at(range.start, &mut bytes)?;
        if source.is_wrong {
            // This sink takes nothing then, and a read finds it again.
            source.repeat_fault();
            return Ok(0);
        }
        let bytes = &bytes[..read];
        self.bytes.extend_from_slice(bytes);
        Ok(read as u64)
    }
}
