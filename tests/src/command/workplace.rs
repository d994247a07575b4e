//! A folder in which one test works.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::front_end::FrontEnd;
use super::wait::wait_until;
use crate::corpus::Input;

/// A folder of its own for a test, gone afterwards.
#[derive(Debug)]
pub struct Workplace {
    folder: TempDir,
    front_end: FrontEnd,
}

impl Workplace {
    /// The name that disks have in the corpus.
    pub const DISK: &str = "disk.raw";

    /// An empty folder.
    ///
    /// # Panics
    ///
    /// If there can't be one.
    pub fn new(front_end: FrontEnd) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, front_end }
    }

    /// A folder with the disk in it, under the corpus's name.
    ///
    /// # Panics
    ///
    /// If it can't be written.
    pub fn with_disk(front_end: FrontEnd, disk: &Input) -> Self {
        let place = Self::new(front_end);
        disk.write_file(&place.disk()).expect("the disk is written");
        place.let_the_clock_advance();
        place
    }

    /// The command in this folder with arguments.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = self.front_end.command(self.folder.path());
        command.args(args);
        command
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the disk is.
    pub fn disk(&self) -> PathBuf {
        self.path(Self::DISK)
    }

    /// Where a file of this folder is.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What is in the folder, sorted.
    ///
    /// # Panics
    ///
    /// If it can't be listed.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder can be listed");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<_> = entries.map(|entry| name(entry.expect("an entry"))).collect();
        names.sort();
        names
    }

    /// Waits until a change to the disk would have another time than it has.
    ///
    /// A file system's clock may tick only a few hundred times a second.
    fn let_the_clock_advance(&self) {
        let time = |path: &Path| {
            let metadata = fs::metadata(path).expect("the file is there");
            (metadata.ctime(), metadata.ctime_nsec())
        };
        let (disk, probe) = (self.disk(), self.path("probe"));
        wait_until("the file system's clock advances", || {
            fs::write(&probe, "").expect("a file is written");
            let later = time(&probe) > time(&disk);
            fs::remove_file(&probe).expect("the file is removed");
            later
        });
    }
}
