//! The input: a raw file or block device, an image of another format, or an export of an NBD server.

use std::ops::Range;

use qcow2_stream::ReadAt;
use rustix::fd::{AsFd, BorrowedFd};

use crate::args::Args;
use crate::failure::Failure;
use crate::progress::Listener;
use crate::source::{FileSource, SourceError};
use crate::system::daemon::{Image, ImageSource};
use crate::system::nbd::{self, NbdSource};
#[cfg(target_os = "linux")]
use crate::system::outlet::Outlet;

/// A disk that can be read.
#[derive(Debug)]
pub(crate) enum Input {
    /// A file or a block device.
    File(FileSource),
    /// An image of another format.
    Image(Box<ImageSource>),
    /// An export of an NBD server.
    Nbd(Box<NbdSource>),
}

impl Input {
    /// Opens what the command line names. An image may take its time, and reports how far it has got.
    pub(crate) fn open(args: &Args, listener: Listener<'_>) -> Result<Self, Failure> {
        if nbd::is_uri(&args.input) {
            return nbd::open(&args.input).map(|export| Self::Nbd(Box::new(export)));
        }
        if let Some(format) = args.image_format() {
            let image = Image { path: &args.input, format, allowed: &args.allow };
            let source = ImageSource::open(&image, listener).map(Box::new).map(Self::Image);
            return source.map_err(|error| Failure::source(&args.input, error));
        }
        let source = FileSource::open(&args.input, args.size.is_some());
        source.map(Self::File).map_err(|error| Failure::source(&args.input, error))
    }

    /// The local files that it consists of, if it does.
    pub(crate) fn files(&self) -> Vec<BorrowedFd<'_>> {
        match self {
            Self::File(file) => vec![file.as_fd()],
            Self::Image(image) => image.files(),
            Self::Nbd(_) => Vec::new(),
        }
    }

    /// Settles the size of the disk, in bytes, if the user gives one.
    pub(crate) fn set_size(&mut self, size: Option<u64>) -> Result<(), String> {
        match self {
            Self::File(file) => file.set_size(size),
            Self::Image(image) => image.set_size(size),
            Self::Nbd(export) => export.set_size(size),
        }
    }

    /// Whether somebody else may write to it, and nothing would show that.
    pub(crate) fn may_change_unnoticed(&self) -> bool {
        match self {
            Self::File(_) | Self::Image(_) => false,
            Self::Nbd(export) => export.is_writable(),
        }
    }

    /// What nothing would show of a write to it meanwhile, and why.
    pub(crate) fn blind_spot(&self) -> Option<&'static str> {
        match self {
            Self::File(file) => file.stamp().blind_spot(),
            Self::Image(image) => image.blind_spot(),
            Self::Nbd(_) => None,
        }
    }

    /// Makes sure that it is as it was when it was opened, where that can be known.
    pub(crate) fn verify(&self) -> Result<(), SourceError> {
        match self {
            Self::File(file) => file.verify(),
            Self::Image(image) => image.verify(),
            Self::Nbd(_) => Ok(()),
        }
    }
}

#[cfg(target_os = "linux")]
impl Input {
    /// Moves bytes of `range` to an output, from its beginning on, and returns how many, or 0 if they are to be read and
    /// written. `left` is how many bytes of the image are still to come.
    pub(crate) fn pass_on(
        &mut self,
        range: Range<u64>,
        outlet: &Outlet<'_>,
        left: u64,
    ) -> Result<u64, SourceError> {
        match self {
            Self::File(file) => file.pass_on(range, outlet, left),
            Self::Image(image) => image.pass_on(range, outlet),
            Self::Nbd(export) => Ok(export.pass_on(range, outlet, &mut || true)?),
        }
    }
}

impl ReadAt for Input {
    type Error = SourceError;

    fn size(&mut self) -> Result<u64, SourceError> {
        match self {
            Self::File(file) => file.size(),
            Self::Image(image) => image.size(),
            Self::Nbd(export) => Ok(export.size()?),
        }
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        match self {
            Self::File(file) => file.read_at(offset, buffer),
            Self::Image(image) => image.read_at(offset, buffer),
            Self::Nbd(export) => Ok(export.read_at(offset, buffer)?),
        }
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, SourceError> {
        match self {
            Self::File(file) => file.next_data(offset),
            Self::Image(image) => image.next_data(offset),
            Self::Nbd(export) => Ok(export.next_data(offset)?),
        }
    }

    fn read_cached_at(
        &mut self,
        offset: u64,
        stride: u64,
        buffer: &mut [u8],
    ) -> Result<usize, SourceError> {
        match self {
            Self::File(file) => file.read_cached_at(offset, stride, buffer),
            Self::Image(image) => image.read_cached_at(offset, stride, buffer),
            Self::Nbd(export) => Ok(export.read_cached_at(offset, stride, buffer)?),
        }
    }
}
