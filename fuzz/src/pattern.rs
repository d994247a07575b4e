//! A disk of any size whose bytes tell where they belong, and files that are made up where they are read.

use std::convert::Infallible;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

use qcow2_stream::{HostOffset, Layout, ReadAt, Segment};

/// The byte at an offset of the disk: never zero, and hardly ever that of another offset.
pub fn byte_at(offset: u64) -> u8 {
    (offset.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8 | 1
}

/// Fills a buffer with the disk's bytes from `offset` on.
pub fn fill(offset: u64, buffer: &mut [u8]) {
    for (byte, at) in buffer.iter_mut().zip(offset..) {
        *byte = byte_at(at);
    }
}

/// The disk as a source of so many bytes.
#[derive(Clone, Copy, Debug)]
pub struct Pattern(pub u64);

impl ReadAt for Pattern {
    type Error = Infallible;

    fn size(&mut self) -> std::result::Result<u64, Infallible> {
        Ok(self.0)
    }

    fn read_at(
        &mut self,
        offset: u64,
        buffer: &mut [u8],
    ) -> std::result::Result<usize, Infallible> {
        let count = self.0.saturating_sub(offset).min(buffer.len() as u64) as usize;
        fill(offset, &mut buffer[..count]);
        Ok(count)
    }
}

/// A file of the reader.
#[derive(Debug)]
pub struct File<'a> {
    kind: Kind<'a>,
    position: u64,
}

#[derive(Debug)]
enum Kind<'a> {
    Image(&'a Layout),
    Disk(u64),
}

impl<'a> File<'a> {
    /// The image that a layout makes of the disk, segment by segment.
    pub fn image(layout: &'a Layout) -> Self {
        Self { kind: Kind::Image(layout), position: 0 }
    }

    /// The disk itself, with so many bytes.
    pub fn disk(size: u64) -> Self {
        Self { kind: Kind::Disk(size), position: 0 }
    }

    fn length(&self) -> u64 {
        match self.kind {
            Kind::Image(layout) => layout.image_size(),
            Kind::Disk(size) => size,
        }
    }
}

impl Read for File<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let left = self.length().saturating_sub(self.position);
        let count = left.min(buffer.len() as u64) as usize;
        let buffer = &mut buffer[..count];
        match self.kind {
            Kind::Image(layout) => walk(layout, self.position, buffer),
            Kind::Disk(_) => fill(self.position, buffer),
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for File<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let (base, distance) = match to {
            SeekFrom::Start(offset) => (offset, 0),
            SeekFrom::End(distance) => (self.length(), distance),
            SeekFrom::Current(distance) => (self.position, distance),
        };
        let position = base.checked_add_signed(distance);
        self.position = position.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

/// Fills a buffer with a part of the image, which reaches as far.
fn walk(layout: &Layout, offset: u64, buffer: &mut [u8]) {
    let mut rest = &mut *buffer;
    let end = offset + rest.len() as u64;
    for segment in layout.segments_in(HostOffset::new(offset)..HostOffset::new(end)) {
        let part = rest.split_off_mut(..segment.length() as usize).expect("a part of the range");
        assert!(!part.is_empty(), "an empty segment");
        match segment {
            Segment::Metadata { offset, .. } => layout.encode_metadata(offset, part),
            Segment::Guest { offset, .. } => {
                let end = offset.get() + part.len() as u64;
                assert!(end <= layout.source_size(), "a segment past the end of the source");
                fill(offset.get(), part);
            }
            Segment::Zeros { .. } => part.fill(0),
        }
    }
    assert!(rest.is_empty(), "the segments end before the range does");
}
