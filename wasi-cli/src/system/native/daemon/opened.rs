//! What the daemon has open. A name may mean one file to the daemon and another one here, or lead elsewhere a moment later;
//! a descriptor can't.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::{FileType, Stat, fstat};
use rustix::io::Errno;

use super::files::Kept;
use super::proc;
use crate::kind;

/// The regular files and block devices that the daemon has open.
#[derive(Debug)]
pub(super) struct Opened(Vec<Descriptor>);

/// A file that the daemon has open, opened here, too.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) file: File,
    /// Where the file lies, by a path without symbolic links.
    pub(super) real: PathBuf,
}

#[derive(Debug)]
struct Descriptor {
    /// Its entry in `/proc`, which leads to the file itself, whatever has happened to its name.
    entry: PathBuf,
    id: Id,
    /// Whether a node is known to read it.
    is_taken: bool,
}

/// The device and the inode of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Id(u64, u64);

impl Id {
    fn of(stat: &Stat) -> Self {
        Self(stat.st_dev, stat.st_ino)
    }
}

impl Opened {
    /// Lists what a process has open; `id` is its number.
    pub(super) fn by(id: u32) -> Result<Self> {
        let folder = proc::folder(id).join("fd");
        let entries = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = entries.with_context(|| {
            format!("cannot list the files that the daemon has open ({})", folder.display())
        })?;
        let paths = entries.into_iter().map(|entry| entry.path());
        let files = paths.filter_map(|entry| Descriptor::of(entry).transpose());
        Ok(Self(files.collect::<io::Result<_>>().context("cannot look at an open file")?))
    }

    /// Whether the input, as it was opened here, is one of them. All that lead to it are taken.
    pub(super) fn take_input(&mut self, input: &Kept) -> io::Result<bool> {
        let id = Id::of(&fstat(&input.file)?);
        let mut is_there = false;
        while self.take(|descriptor| descriptor.id == id).is_some() {
            is_there = true;
        }
        Ok(is_there)
    }

    /// The one that a name leads to here; `None` if it leads to another file. Each is taken only once, so that two nodes can't
    /// stand for one descriptor and leave another without a node.
    pub(super) fn take_named(&mut self, path: &Path) -> io::Result<Option<Found>> {
        let id = Id::of(&rustix::fs::stat(path)?);
        self.take(|descriptor| descriptor.id == id).map(Descriptor::open).transpose()
    }

    /// The only one that isn't known yet.
    pub(super) fn take_last(&mut self) -> io::Result<Option<Found>> {
        if self.0.iter().filter(|descriptor| !descriptor.is_taken).count() != 1 {
            return Ok(None);
        }
        self.take(|_| true).map(Descriptor::open).transpose()
    }

    fn take(&mut self, is_it: impl Fn(&Descriptor) -> bool) -> Option<&Descriptor> {
        let mut unknown = self.0.iter_mut().filter(|descriptor| !descriptor.is_taken);
        let found = unknown.find(|descriptor| is_it(descriptor))?;
        found.is_taken = true;
        Some(found)
    }

    /// One that no node is known to read: where it lies.
    pub(super) fn unknown(&self) -> io::Result<Option<PathBuf>> {
        let unknown = self.0.iter().find(|descriptor| !descriptor.is_taken);
        unknown.map(|descriptor| fs::read_link(&descriptor.entry)).transpose()
    }
}

impl Descriptor {
    /// Looks at an entry; `None` if it is neither a regular file nor a block device, or gone.
    fn of(entry: PathBuf) -> io::Result<Option<Self>> {
        let stat = match rustix::fs::stat(&entry) {
            Err(Errno::NOENT) => return Ok(None),
            stat => stat?,
        };
        let holds_data = matches!(kind::of(&stat), FileType::RegularFile | FileType::BlockDevice);
        Ok(holds_data.then(|| Self { entry, id: Id::of(&stat), is_taken: false }))
    }

    fn open(&self) -> io::Result<Found> {
        let file = crate::system::disk::open(&self.entry, true)?;
        let real = fs::read_link(&self.entry)?;
        // Not where it was before it was moved or deleted.
        let is_there = |stat: Stat| Id::of(&stat) == self.id;
        if !is_there(fstat(&file)?) || !rustix::fs::stat(&real).is_ok_and(is_there) {
            return Err(io::Error::other("it was moved or deleted while it was opened"));
        }
        Ok(Found { file, real })
    }
}
