//! Requests that wait for their replies.

use std::ops::Range;

use crate::coverage::Coverage;

/// A read that is under way, or has come and not been fetched.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) cookie: u64,
    /// Where, in bytes of the export.
    pub(crate) offset: u64,
    /// How many bytes.
    pub(crate) length: u32,
    /// What has come, if it did not go straight to the caller.
    pub(crate) buffer: Vec<u8>,
    pub(crate) coverage: Coverage,
    /// Whether all has come.
    pub(crate) done: bool,
    /// Whether anybody still wants it. If not, it is dropped as it comes.
    pub(crate) wanted: bool,
    /// Whether the server could not read it.
    pub(crate) failed: bool,
}

impl Read {
    /// One past its last byte.
    pub(crate) fn end(&self) -> u64 {
        self.offset.saturating_add(self.length.into())
    }

    /// Whether a byte of the export is in it.
    pub(crate) fn contains(&self, offset: u64) -> bool {
        (self.offset..self.end()).contains(&offset)
    }

    /// Copies what has come from `offset` on, and returns how many bytes that are.
    pub(crate) fn copy_to(&self, offset: u64, buffer: &mut [u8]) -> usize {
        let start = usize::try_from(offset.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let bytes = self.buffer.get(start..).unwrap_or_default();
        let length = bytes.len().min(buffer.len());
        let (to, from) = (buffer.get_mut(..length), bytes.get(..length));
        if let Some((to, from)) = to.zip(from) {
            to.copy_from_slice(from);
        }
        length
    }

    /// Where in this read the bytes lie that a server sends, if all of them were asked for.
    pub(crate) fn part(&self, offset: u64, length: u32) -> Option<Range<u32>> {
        let start = u32::try_from(offset.checked_sub(self.offset)?).ok()?;
        let end = start.checked_add(length)?;
        (start < end && end <= self.length).then_some(start..end)
    }
}

/// A question for the block status that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) cookie: u64,
    /// Where, in bytes of the export.
    pub(crate) offset: u64,
    /// How many bytes.
    pub(crate) length: u32,
    /// Whether it was answered.
    pub(crate) told: bool,
    /// Whether the server cannot tell.
    pub(crate) failed: bool,
}

impl Status {
    /// One past the last byte that it is about.
    pub(crate) fn end(&self) -> u64 {
        self.offset.saturating_add(self.length.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bytes_that_were_asked_for_are_part_of_a_read() {
        let read = Read {
            cookie: 0,
            offset: 1000,
            length: 100,
            buffer: Vec::new(),
            coverage: Coverage::default(),
            done: false,
            wanted: true,
            failed: false,
        };
        assert_eq!(read.part(1000, 100), Some(0..100));
        assert_eq!(read.part(1099, 1), Some(99..100));
        for (offset, length) in [(999, 1), (1000, 101), (1100, 1), (1050, 0), (u64::MAX, u32::MAX)]
        {
            assert_eq!(read.part(offset, length), None, "{offset} {length}");
        }
    }
}
