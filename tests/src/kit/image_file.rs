//! A planned image that can be read like a file without its ever being written.

use std::convert::Infallible;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

use qcow2_stream::{HostOffset, Layout, ReadAt, emit_range};

use super::settings::go_on;

/// The image of a layout, encoded where it is read, so that it may be larger than any disk.
#[derive(Debug)]
pub struct ImageFile<'a, S> {
    layout: &'a Layout,
    source: S,
    position: u64,
}

impl<'a, S> ImageFile<'a, S> {
    /// The image that `layout` makes of `source`.
    pub fn new(layout: &'a Layout, source: S) -> Self {
        Self { layout, source, position: 0 }
    }
}

impl<S: ReadAt<Error = Infallible>> Read for ImageFile<'_, S> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        if buf.is_empty() || self.position >= self.layout.image_size() {
            return Ok(0);
        }
        let end = self.position.saturating_add(buf.len() as u64);
        let range = HostOffset::new(self.position)..HostOffset::new(end);
        let mut bytes = Vec::with_capacity(buf.len());
        emit_range(self.layout, range, &mut self.source, &mut bytes, buf, go_on)
            .map_err(Error::other)?;
        buf[..bytes.len()].copy_from_slice(&bytes);
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }
}

impl<S> Seek for ImageFile<'_, S> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let (base, distance) = match to {
            SeekFrom::Start(offset) => (offset, 0),
            SeekFrom::End(distance) => (self.layout.image_size(), distance),
            SeekFrom::Current(distance) => (self.position, distance),
        };
        let position = base.checked_add_signed(distance);
        self.position = position.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
