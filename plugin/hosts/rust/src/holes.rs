//! Where a sparse file has data.

use std::fs::File;
use std::io;
use std::ops::Range;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

/// Where the next data are.
pub enum Data {
    /// The file system does not tell.
    Unknown,
    /// There are none.
    None,
    /// Here.
    Range(Range<u64>),
}

/// The next data at or behind `offset`.
pub fn next_data(file: &File, offset: u64) -> io::Result<Data> {
    let start = match seek(file, SeekFrom::Data(offset)) {
        Ok(start) => start,
        Err(Errno::NXIO) => return Ok(Data::None),
        Err(Errno::INVAL | Errno::OPNOTSUPP) => return Ok(Data::Unknown),
        Err(error) => return Err(error.into()),
    };
    Ok(Data::Range(start..seek(file, SeekFrom::Hole(start))?))
}
