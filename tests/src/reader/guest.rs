//! The disk as the guest sees it.

use std::io::{Read, Seek};
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::bytes::{read_at, read_or_zeros};
use super::error::{Error, ensure};
use super::image::Image;
use super::tables::Run;
use crate::digest::hex;

/// How much is read at once.
pub(crate) const CHUNK: u64 = 1 << 20;

impl<F: Read + Seek> Image<F> {
    /// The guest's bytes that are mapped, merged and ascending.
    ///
    /// The last range ends at the virtual size at the latest.
    pub fn allocated_ranges(&mut self) -> Result<Vec<Range<u64>>, Error> {
        let size = self.header().virtual_size;
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for run in &self.tables()?.runs {
            let end = size.min(run.guest + run.length);
            match ranges.last_mut() {
                Some(last) if last.end == run.guest => last.end = end,
                _ => ranges.push(run.guest..end),
            }
        }
        Ok(ranges)
    }

    /// Fills `buf` with the guest's bytes from `offset`.
    ///
    /// What isn't mapped reads as zeros, so that an image with a backing file
    /// is refused. Data in another file need [`Image::open_with_data`].
    pub fn read_guest(&mut self, offset: u64, buf: &mut [u8]) -> Result<(), Error> {
        let size = self.header().virtual_size;
        let end = offset.checked_add(buf.len() as u64).filter(|end| *end <= size);
        ensure!(end.is_some(), "guest: {} bytes at {offset} are beyond {size}", buf.len());
        let backed = self.header().backing_offset != 0;
        ensure!(!backed, "guest: the backing file would have to be read");
        let tables = self.tables()?;
        let first = tables.runs.partition_point(|run| run.guest + run.length <= offset);
        buf.fill(0);
        for run in &tables.runs[first..] {
            if run.guest >= offset + buf.len() as u64 {
                break;
            }
            self.read_run(*run, offset, buf)?;
        }
        Ok(())
    }

    /// The SHA-256 of the whole disk; only sensible for a small one.
    pub fn guest_digest(&mut self) -> Result<String, Error> {
        let size = self.header().virtual_size;
        let mut hash = Sha256::new();
        let mut buf = vec![0; CHUNK as usize];
        for at in (0..size).step_by(CHUNK as usize) {
            let part = &mut buf[..CHUNK.min(size - at) as usize];
            self.read_guest(at, part)?;
            hash.update(part);
        }
        Ok(hex(&hash.finalize()))
    }

    /// Fills the part of `buf` that `run` covers; `buf` starts at `offset`.
    fn read_run(&mut self, run: Run, offset: u64, buf: &mut [u8]) -> Result<(), Error> {
        let from = run.guest.max(offset);
        let to = (run.guest + run.length).min(offset + buf.len() as u64);
        let part = &mut buf[(from - offset) as usize..(to - offset) as usize];
        let host = run.host + (from - run.guest);
        if !self.header().data_file {
            return read_at(&mut self.file, host, part, "the data");
        }
        let Some(data) = &mut self.data_file else {
            return Err(Error::new("guest: the data are in another file, which isn't open"));
        };
        // The data file may end before the last cluster does.
        read_or_zeros(data, host, part, "the data file")
    }

    /// What the last cluster has past the virtual size, if that is in the image.
    pub(crate) fn beyond_the_guest(&mut self) -> Result<Vec<u8>, Error> {
        let size = self.header().virtual_size;
        let tables = self.tables()?;
        let Some(last) = tables.runs.last().filter(|_| !self.header().data_file) else {
            return Ok(Vec::new());
        };
        let beyond = (last.guest + last.length).saturating_sub(size);
        let mut buf = vec![0; beyond as usize];
        let host = last.host + last.length - beyond;
        read_at(&mut self.file, host, &mut buf, "the last cluster")?;
        Ok(buf)
    }
}
