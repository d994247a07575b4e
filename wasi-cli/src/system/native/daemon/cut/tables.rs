//! A file with tables in it that say where data is.
//!
//! Whoever made the file may have had anything in mind. So no entry is read twice, holes are not read at all, and what
//! is kept in memory has a limit: the work is bounded by what the file really holds, whatever its tables and its size
//! say.

use std::fs::File;
use std::io;
use std::ops::{ControlFlow, Range};

use super::fields::Entry;
use crate::system::disk;

/// How much is read at a time, in bytes: a whole number of entries of any size.
const PIECE: u64 = 1 << 20;

/// The most tables that an image may have, besides the one that leads to them: 64 MiB of memory while they are gathered.
/// qcow2 has no more, by QEMU's limit. With the clusters that programs choose, a vmdk of 128 TiB and a qcow of 8 TiB
/// have as many.
const MOST_TABLES: usize = 4 << 20;

/// Told where in a file the look has got, in bytes. It may end it.
pub(in super::super) type Watch<'a> = &'a mut dyn FnMut(u64) -> ControlFlow<()>;

/// Why an image is not known to be whole.
#[derive(Debug)]
pub(super) enum Cut {
    /// What should begin at this offset, in bytes, is past the end.
    At(u64),
    /// What should begin at this offset of the data file, in bytes, is past its end.
    Beside(u64),
    /// The file could not be read, or is no image that any program makes.
    Unknown(io::Error),
    /// The look was ended.
    Stopped,
}

/// Where a file ends, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct End(pub(super) u64);

impl End {
    /// Makes sure that something lies in the file as a whole.
    pub(super) fn has_all(self, offset: u64, length: u64) -> Result<(), Cut> {
        if offset.saturating_add(length) > self.0 { Err(Cut::At(offset)) } else { Ok(()) }
    }
}

/// How much of a disk's blocks must be there: all of them, but of the disk's last one only what the disk has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blocks {
    /// The bytes of a block.
    pub(super) size: u64,
    /// The bytes of the disk's last block, if it is a shorter one, and where it lies.
    shorter: Option<(u64, u64)>,
}

impl Blocks {
    /// Blocks of `size` bytes of a disk of `disk` bytes. `find` tells where in the file the block with a number lies; it is asked
    /// for a last one that is shorter.
    pub(super) fn new(
        size: u64,
        disk: u64,
        find: impl FnOnce(u64) -> Result<u64, Cut>,
    ) -> Result<Self, Cut> {
        let shorter = match (disk.checked_div(size), disk.checked_rem(size)) {
            (Some(number), Some(rest @ 1..)) => Some((find(number)?, rest)),
            _ => None,
        };
        Ok(Self { size, shorter })
    }

    /// How many bytes of the block at an offset must be there.
    pub(super) fn needed(self, offset: u64) -> u64 {
        match self.shorter {
            Some((last, rest)) if last == offset => rest,
            _ => self.size.max(1),
        }
    }
}

/// A file that is looked at.
pub(super) struct Tables<'a> {
    file: &'a File,
    pub(super) end: End,
    watch: Watch<'a>,
    /// A range that is known to be data, and where the hole before it begins.
    data: Range<u64>,
    hole: u64,
    /// Whether the file system can say where the holes are.
    knows_holes: bool,
}

impl<'a> Tables<'a> {
    pub(super) fn new(file: &'a File, end: u64, watch: Watch<'a>) -> Self {
        Self { file, end: End(end), watch, data: 0..0, hole: 0, knows_holes: true }
    }

    /// Some bytes, which must be there as a whole.
    pub(super) fn header(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, Cut> {
        self.end.has_all(offset, length as u64)?;
        let mut header = vec![0; length];
        self.read(offset, &mut header)?;
        Ok(header)
    }

    /// Hands out the entries of a table, which must be there as a whole. Those of zeros may be left out.
    pub(super) fn entries(
        &mut self,
        offset: u64,
        count: u64,
        entry: Entry,
        mut take: impl FnMut(&[u8]) -> Result<(), Cut>,
    ) -> Result<(), Cut> {
        let length = count.saturating_mul(entry.size());
        self.end.has_all(offset, length)?;
        self.stretch(offset..offset.saturating_add(length), entry, |_| 0, &mut take)
    }

    /// The offsets in a table that leads to others, each once. `find` takes an entry; 0 is no offset.
    pub(super) fn offsets(
        &mut self,
        offset: u64,
        count: u64,
        entry: Entry,
        find: impl Fn(&[u8]) -> u64,
    ) -> Result<Vec<u64>, Cut> {
        let mut offsets = Vec::new();
        self.entries(offset, count, entry, |entry| {
            let found = find(entry);
            if found != 0 && offsets.last() != Some(&found) {
                if offsets.len() >= 2 * MOST_TABLES {
                    condense(&mut offsets)?;
                }
                offsets.push(found);
            }
            Ok(())
        })?;
        condense(&mut offsets)?;
        Ok(offsets)
    }

    /// Hands out the entries of tables of `count` entries each, which must be there as a whole. An entry that lies in
    /// several tables comes once.
    pub(super) fn tables(
        &mut self,
        mut offsets: Vec<u64>,
        count: u64,
        entry: Entry,
        mut take: impl FnMut(&[u8]) -> Result<(), Cut>,
    ) -> Result<(), Cut> {
        let length = count.saturating_mul(entry.size());
        // Where tables overlap, their entries are the same if they are whole numbers of entries apart.
        let phase = |offset: &u64| offset % entry.size();
        offsets.sort_unstable_by_key(|offset| (phase(offset), *offset));
        let mut offsets = offsets.into_iter().peekable();
        while let Some(start) = offsets.next() {
            let mut last = start;
            while let Some(next) = offsets.next_if(|next| {
                *next <= last.saturating_add(length) && phase(next) == phase(&start)
            }) {
                last = next;
            }
            self.end.has_all(last, length)?;
            self.stretch(start..last.saturating_add(length), entry, |at| at, &mut take)?;
        }
        Ok(())
    }

    /// Hands out the entries in a stretch of the file. `reached` says how far the look has got at an offset.
    fn stretch(
        &mut self,
        range: Range<u64>,
        entry: Entry,
        reached: fn(u64) -> u64,
        take: &mut dyn FnMut(&[u8]) -> Result<(), Cut>,
    ) -> Result<(), Cut> {
        let (mut at, mut bytes) = (range.start, Vec::new());
        while at < range.end {
            let Some(data) = self.data_from(at).filter(|data| data.start < range.end) else {
                break;
            };
            if (self.watch)(reached(at)).is_break() {
                return Err(Cut::Stopped);
            }
            // A hole may begin and end within an entry.
            at += (data.start - at) / entry.size() * entry.size();
            let length = (data.end - at).min(range.end - at).min(PIECE);
            let length = length.next_multiple_of(entry.size()).min(range.end - at);
            bytes.resize(length as usize, 0);
            self.read(at, &mut bytes)?;
            bytes.chunks_exact(entry.size() as usize).try_for_each(&mut *take)?;
            at += length;
        }
        Ok(())
    }

    /// The first data at or after an offset. Where the file system doesn't know, all is data.
    fn data_from(&mut self, at: u64) -> Option<Range<u64>> {
        let is_known = (self.hole..self.data.end).contains(&at);
        if self.knows_holes && !is_known {
            match disk::next_data(self.file, at) {
                // After the last data, all is a hole.
                Ok(data) => (self.hole, self.data) = (at, data.unwrap_or(u64::MAX..u64::MAX)),
                Err(_) => self.knows_holes = false,
            }
        }
        let data = if self.knows_holes { self.data.clone() } else { at..u64::MAX };
        Some(data.start.max(at)..data.end).filter(|data| !data.is_empty())
    }

    fn read(&mut self, mut offset: u64, mut buffer: &mut [u8]) -> Result<(), Cut> {
        while !buffer.is_empty() {
            match disk::read_at(self.file, offset, buffer).map_err(Cut::Unknown)? {
                0 => return Err(Cut::At(offset)),
                read => {
                    offset += read as u64;
                    buffer = &mut buffer[read..];
                }
            }
        }
        Ok(())
    }
}

/// Drops what is there twice.
fn condense(offsets: &mut Vec<u64>) -> Result<(), Cut> {
    offsets.sort_unstable();
    offsets.dedup();
    if offsets.len() <= MOST_TABLES {
        return Ok(());
    }
    let what =
        format!("it has more than {MOST_TABLES} tables, which no program makes; it is damaged");
    Err(Cut::Unknown(io::Error::other(what)))
}
