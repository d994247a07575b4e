//! A disk of which only the metadata matter.

use std::convert::Infallible;

use qcow2_stream::ReadAt;

/// A disk of any size that must not be read.
#[derive(Debug)]
pub(crate) struct Unread(pub(crate) u64);

impl ReadAt for Unread {
    type Error = Infallible;

    fn size(&mut self) -> Result<u64, Infallible> {
        Ok(self.0)
    }

    fn read_at(&mut self, offset: u64, _: &mut [u8]) -> Result<usize, Infallible> {
        panic!("the disk was read at {offset}")
    }
}
