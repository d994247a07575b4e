//! Comparing an image with the raw disk that it was made of.

use std::fs::File;
use std::io::{Read, Seek};
use std::ops::Range;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

use super::bytes::{first_nonzero, length_of, read_or_zeros};
use super::error::{Error, ensure};
use super::guest::CHUNK;
use super::image::Image;

impl<F: Read + Seek> Image<F> {
    /// Checks that the guest sees exactly the raw disk.
    ///
    /// Every mapped byte is compared, and what isn't mapped must be zero in
    /// the raw disk, whose holes are skipped. Past its end the raw disk counts
    /// as zeros. The last cluster must be zero past the virtual size: the
    /// specification says nothing of it, but a stale buffer must not leak.
    ///
    /// An image without its data file takes the raw disk for that file, so
    /// that there is nothing to compare in what is mapped: each cluster is
    /// known to be at its own offset. That is quick for a huge sparse disk.
    pub fn compare_with_raw(&mut self, raw: &mut File) -> Result<(), Error> {
        let size = self.header().virtual_size;
        let length = length_of(raw, "the raw disk")?;
        ensure!(length <= size, "compare: the raw disk's {length} bytes exceed {size}");
        let raw_is_data = self.header().data_file && self.data_file.is_none();
        let mut end = 0;
        for range in self.allocated_ranges()? {
            zero_between(raw, end..range.start)?;
            end = range.end;
            if !raw_is_data {
                self.same_bytes(raw, range)?;
            }
        }
        zero_between(raw, end..size)?;
        let beyond = first_nonzero(&self.beyond_the_guest()?);
        ensure!(beyond.is_none(), "compare: the last cluster is not zero past the virtual size");
        Ok(())
    }

    fn same_bytes(&mut self, raw: &mut File, range: Range<u64>) -> Result<(), Error> {
        let (mut ours, mut theirs) = (vec![0; CHUNK as usize], vec![0; CHUNK as usize]);
        for part in chunks(range) {
            let length = (part.end - part.start) as usize;
            self.read_guest(part.start, &mut ours[..length])?;
            read_or_zeros(raw, part.start, &mut theirs[..length], "the raw disk")?;
            if ours[..length] != theirs[..length] {
                return Err(difference(part.start, &ours, &theirs));
            }
        }
        Ok(())
    }
}

fn difference(start: u64, ours: &[u8], theirs: &[u8]) -> Error {
    let mut pairs = (start..).zip(ours.iter().zip(theirs));
    let found = pairs.find(|(_, (ours, theirs))| ours != theirs);
    let (at, (ours, theirs)) = found.expect("the two parts differ");
    Error::new(format!("compare: guest byte {at} is {ours:#x}, but {theirs:#x} in the raw disk"))
}

/// Checks that the raw disk has only zeros in a range that isn't mapped.
fn zero_between(raw: &mut File, range: Range<u64>) -> Result<(), Error> {
    let mut buf = vec![0; CHUNK as usize];
    let mut at = range.start;
    while let Some(data) = next_data(raw, at..range.end)? {
        for part in chunks(data.clone()) {
            let part_buf = &mut buf[..(part.end - part.start) as usize];
            read_or_zeros(raw, part.start, part_buf, "the raw disk")?;
            if let Some(found) = first_nonzero(part_buf) {
                let at = part.start + found as u64;
                ensure!(
                    false,
                    "compare: guest byte {at} is not mapped, but is not zero in the raw disk"
                );
            }
        }
        at = data.end;
    }
    Ok(())
}

/// The first stretch of `range` that the file system says has data.
fn next_data(raw: &File, range: Range<u64>) -> Result<Option<Range<u64>>, Error> {
    if range.is_empty() {
        return Ok(None);
    }
    let wrap = |e: Errno| Error::new(format!("cannot find the raw disk's data: {e}"));
    let start = match seek(raw, SeekFrom::Data(range.start)) {
        // There are no data from here to the file's end.
        Err(Errno::NXIO) => return Ok(None),
        other => other.map_err(wrap)?,
    };
    if start >= range.end {
        return Ok(None);
    }
    let end = seek(raw, SeekFrom::Hole(start)).map_err(wrap)?;
    Ok(Some(start..end.min(range.end)))
}

fn chunks(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let end = range.end;
    range.step_by(CHUNK as usize).map(move |at| at..end.min(at + CHUNK))
}
