//! The input: a file or block device, or an export of an NBD server.

use std::ops::Range;

use qcow2_stream::ReadAt;

use crate::args::Args;
use crate::failure::Failure;
use crate::source::{FileSource, SourceError};
use crate::system::nbd::{self, NbdSource};

/// A disk that can be read.
#[derive(Debug)]
pub(crate) enum Input {
    /// A file or a block device.
    File(FileSource),
    /// An export of an NBD server.
    Nbd(Box<NbdSource>),
}

impl Input {
    /// Opens what the command line names.
    pub(crate) fn open(args: &Args) -> Result<Self, Failure> {
        if nbd::is_uri(&args.input) {
            return nbd::open(&args.input).map(|export| Self::Nbd(Box::new(export)));
        }
        let source = FileSource::open(&args.input, args.size.is_some());
        source.map(Self::File).map_err(|error| Failure::source(&args.input, error))
    }

    /// The file, if it is one.
    pub(crate) fn file(&self) -> Option<&FileSource> {
        match self {
            Self::File(file) => Some(file),
            Self::Nbd(_) => None,
        }
    }

    /// Settles the size of the disk, in bytes, if the user gives one.
    pub(crate) fn set_size(&mut self, size: Option<u64>) -> Result<(), String> {
        match self {
            Self::File(file) => file.set_size(size),
            Self::Nbd(export) => export.set_size(size),
        }
    }

    /// Whether somebody else may write to it, and nothing would show that.
    pub(crate) fn may_change_unnoticed(&self) -> bool {
        match self {
            Self::File(_) => false,
            Self::Nbd(export) => export.is_writable(),
        }
    }

    /// Makes sure that it is as it was when it was opened, where that can be known.
    pub(crate) fn verify(&self) -> Result<(), SourceError> {
        match self {
            Self::File(file) => file.verify(),
            Self::Nbd(_) => Ok(()),
        }
    }
}

impl ReadAt for Input {
    type Error = SourceError;

    fn size(&mut self) -> Result<u64, SourceError> {
        match self {
            Self::File(file) => file.size(),
            Self::Nbd(export) => Ok(export.size()?),
        }
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        match self {
            Self::File(file) => file.read_at(offset, buffer),
            Self::Nbd(export) => Ok(export.read_at(offset, buffer)?),
        }
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, SourceError> {
        match self {
            Self::File(file) => file.next_data(offset),
            Self::Nbd(export) => Ok(export.next_data(offset)?),
        }
    }

    fn read_cached_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        match self {
            Self::File(file) => file.read_cached_at(offset, buffer),
            Self::Nbd(export) => Ok(export.read_cached_at(offset, buffer)?),
        }
    }
}
