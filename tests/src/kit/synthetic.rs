//! A disk that is made up where it is read, so that it may be of any size.

use std::convert::Infallible;
use std::ops::Range;

use qcow2_stream::ReadAt;

use crate::corpus::Input;

/// An input as a source that counts what it is asked for. It takes no memory for its bytes.
#[derive(Debug)]
pub struct Synthetic<'a> {
    input: &'a Input,
    /// How many reads there were.
    pub reads: u64,
    /// How many bytes these gave.
    pub bytes_read: u64,
    /// How often the next data were asked for.
    pub data_queries: u64,
}

impl<'a> Synthetic<'a> {
    /// The disk of an input.
    pub fn new(input: &'a Input) -> Self {
        Self { input, reads: 0, bytes_read: 0, data_queries: 0 }
    }
}

impl ReadAt for Synthetic<'_> {
    type Error = Infallible;

    fn size(&mut self) -> Result<u64, Infallible> {
        Ok(self.input.size)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let left = self.input.size.saturating_sub(offset);
        let count = left.min(buffer.len() as u64);
        self.input.read_at(offset, &mut buffer[..count as usize]);
        self.reads += 1;
        self.bytes_read += count;
        Ok(count as usize)
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Infallible> {
        self.data_queries += 1;
        Ok(self.input.next_data(offset))
    }
}
