//! Disks of other formats than raw: none, since a module can't start a program.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use qcow2_stream::ReadAt;
use rustix::fd::BorrowedFd;

use crate::progress::Listener;
use crate::source::SourceError;

/// An image, as the user names it. Its format is refused before.
#[derive(Debug)]
pub(crate) struct Image<'a> {
    pub(crate) path: &'a Path,
    pub(crate) format: &'a str,
    pub(crate) allowed: &'a [PathBuf],
}

/// What can go wrong with a daemon: nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {}

/// A disk that a daemon decodes. There is none.
#[derive(Debug)]
pub(crate) enum ImageSource {}

/// Nothing is started that would have to be confined.
pub(crate) fn lacks() -> Vec<&'static str> {
    Vec::new()
}

/// Nothing is ever started here.
pub(crate) fn become_if_asked() -> Option<ExitCode> {
    None
}

/// There is no daemon whose version could be told.
pub(crate) fn version() -> Result<String> {
    bail!("qemu-storage-daemon is not used: a WASI module cannot start it")
}

impl ImageSource {
    /// Says that there is none.
    pub(crate) fn open(image: &Image<'_>, _: Listener<'_>) -> Result<Self> {
        let Image { path, format, allowed } = image;
        bail!(
            "a WASI module cannot read {path:?} as {format}, whether or not {allowed:?} is allowed"
        )
    }

    /// Never called.
    pub(crate) fn set_size(&mut self, _: Option<u64>) -> Result<(), String> {
        match *self {}
    }

    /// Never called.
    pub(crate) fn files(&self) -> Vec<BorrowedFd<'_>> {
        match *self {}
    }

    /// Never called.
    pub(crate) fn blind_spot(&self) -> Option<&'static str> {
        match *self {}
    }

    /// Never called.
    pub(crate) fn verify(&self) -> Result<(), SourceError> {
        match *self {}
    }
}

impl ReadAt for ImageSource {
    type Error = SourceError;

    fn size(&mut self) -> Result<u64, SourceError> {
        match *self {}
    }

    fn read_at(&mut self, _: u64, _: &mut [u8]) -> Result<usize, SourceError> {
        match *self {}
    }
}
