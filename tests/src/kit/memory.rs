//! A disk in memory.

use std::convert::Infallible;
use std::ops::Range;

use qcow2_stream::ReadAt;

use crate::corpus::Input;

/// A disk in memory that knows its holes, unlike a bare slice.
#[derive(Clone, Debug)]
pub struct Memory {
    bytes: Vec<u8>,
    data: Vec<Range<u64>>,
}

impl Memory {
    /// The disk of an input; what no write covers is a hole.
    pub fn new(input: &Input) -> Self {
        Self { bytes: input.to_vec(), data: input.data_ranges().to_vec() }
    }

    /// The whole disk.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl ReadAt for &Memory {
    type Error = Infallible;

    fn size(&mut self) -> Result<u64, Infallible> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let from = self.bytes.len().min(offset as usize);
        let rest = &self.bytes[from..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Infallible> {
        let first = self.data.partition_point(|range| range.end <= offset);
        Ok(self.data.get(first).map(|range| range.start.max(offset)..range.end))
    }
}

impl ReadAt for Memory {
    type Error = Infallible;

    fn size(&mut self) -> Result<u64, Infallible> {
        (&mut &*self).size()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Infallible> {
        (&mut &*self).read_at(offset, buffer)
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Infallible> {
        (&mut &*self).next_data(offset)
    }
}
