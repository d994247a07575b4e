//! An input disk, on a file system, in memory, or read where needed.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write as _};
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use serde::Deserialize;

use super::fill::{Fill, Write};

/// The largest input that goes into memory.
const SMALL: u64 = 128 << 20;
/// How much is generated at once for a file.
const CHUNK: u64 = 1 << 20;

/// A disk of zeros over which writes went in order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The disk's size in bytes.
    pub size: u64,
    /// The writes, of which a later one goes over an earlier one.
    pub writes: Vec<Write>,
    #[serde(skip)]
    merged: OnceLock<Vec<Range<u64>>>,
}

impl Input {
    /// An input that no corpus has, for a test of its own.
    ///
    /// # Panics
    ///
    /// If a write goes beyond the size.
    pub fn new(size: u64, writes: Vec<Write>) -> Self {
        let inside = writes.iter().all(|write| write.range().end <= size);
        assert!(inside, "a write goes beyond {size}");
        Self { size, writes, merged: OnceLock::new() }
    }

    /// A disk of that many bytes, none of them zero.
    pub fn dense(size: u64) -> Self {
        Self::new(size, vec![Write::new(0, size, Fill::Byte(0x5a))])
    }

    /// Makes the file with the disk's bytes; what no write covers is a hole.
    ///
    /// Zeros that a write covers are really written.
    pub fn write_file(&self, path: &Path) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.set_len(self.size)?;
        let mut buf = vec![0; CHUNK as usize];
        for range in self.data_ranges() {
            file.seek(SeekFrom::Start(range.start))?;
            for at in range.clone().step_by(CHUNK as usize) {
                let part = &mut buf[..CHUNK.min(range.end - at) as usize];
                self.read_at(at, part);
                file.write_all(part)?;
            }
        }
        Ok(())
    }

    /// The disk's bytes.
    ///
    /// # Panics
    ///
    /// If there are more than 128 MiB.
    pub fn to_vec(&self) -> Vec<u8> {
        let size = self.size;
        assert!(size <= SMALL, "{size} bytes are too many for memory");
        let mut bytes = vec![0; size as usize];
        self.read_at(0, &mut bytes);
        bytes
    }

    /// Fills `buf` with the disk's bytes from `offset`, zeros past its end.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) {
        buf.fill(0);
        let end = offset + buf.len() as u64;
        if self.next_data(offset).is_some_and(|data| data.start < end) {
            for write in &self.writes {
                write.apply(offset, buf);
            }
        }
    }

    /// The first stretch of data at `offset` or after it.
    pub fn next_data(&self, offset: u64) -> Option<Range<u64>> {
        let ranges = self.data_ranges();
        let first = ranges.partition_point(|range| range.end <= offset);
        ranges.get(first).map(|range| range.start.max(offset)..range.end)
    }

    /// What the writes cover, merged, ascending, and within the size.
    pub fn data_ranges(&self) -> &[Range<u64>] {
        self.merged.get_or_init(|| merge(self.writes.iter().map(Write::range), self.size))
    }
}

fn merge(ranges: impl Iterator<Item = Range<u64>>, size: u64) -> Vec<Range<u64>> {
    let clip = |range: Range<u64>| range.start..range.end.min(size);
    let mut ranges: Vec<_> = ranges.map(clip).filter(|range| !range.is_empty()).collect();
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
