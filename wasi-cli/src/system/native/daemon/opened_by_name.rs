//! What the daemon has open, as far as names tell: this system doesn't say it of another process.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rustix::fs::{fstat, stat};

use super::files::Kept;

/// Files are looked for by their names.
#[derive(Debug)]
pub(super) struct Opened;

/// A file that the daemon was to open, opened here, too.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) file: File,
    /// Where the file lies, by a path without symbolic links.
    pub(super) real: PathBuf,
}

#[allow(clippy::unused_self, clippy::unnecessary_wraps)] // as where the system tells
impl Opened {
    /// Nothing is known of the process.
    pub(super) fn by(_: u32) -> Result<Self> {
        Ok(Self)
    }

    /// Whether the name of the input still leads to the file that was opened.
    pub(super) fn take_input(&mut self, input: &Kept) -> io::Result<bool> {
        let (ours, now) = (fstat(&input.file)?, stat(&input.path)?);
        Ok((ours.st_dev, ours.st_ino) == (now.st_dev, now.st_ino))
    }

    /// The file that a name leads to here.
    pub(super) fn take_named(&mut self, path: &Path) -> io::Result<Option<Found>> {
        let real = fs::canonicalize(path)?;
        Ok(Some(Found { file: crate::system::disk::open(&real, true)?, real }))
    }

    /// Nothing else can be told.
    pub(super) fn take_last(&mut self) -> io::Result<Option<Found>> {
        Ok(None)
    }

    /// Nothing else can be told.
    pub(super) fn unknown(&self) -> io::Result<Option<PathBuf>> {
        Ok(None)
    }
}
