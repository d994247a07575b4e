//! Room to work in, left as it was.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::disks::finish;
use crate::tools::needs;

/// Checks that a folder's file system has so many GiB to spare.
pub(crate) fn has_room(folder: &Path, gibibytes: u64) -> Result<()> {
    let system = rustix::fs::statvfs(folder)?;
    let free = (system.f_bavail * system.f_frsize) >> 30;
    let place = folder.display();
    ensure!(
        free >= gibibytes,
        "{place} has {free} GiB free, and the rows take {gibibytes}: name another folder by --folder, or fewer rows"
    );
    Ok(())
}

/// An XFS in a file, mounted until it is dropped.
#[derive(Debug)]
pub(crate) struct Xfs {
    image: PathBuf,
    folder: PathBuf,
}

impl Xfs {
    pub(crate) fn mount(scratch: &Path) -> Result<Self> {
        ensure!(rustix::process::geteuid().is_root(), "a loop mount takes root");
        needs("mkfs.xfs", "xfsprogs").map_err(anyhow::Error::msg)?;
        needs("mount", "mount").map_err(anyhow::Error::msg)?;
        let xfs = Self { image: scratch.join("xfs.img"), folder: scratch.join("xfs") };
        File::create(&xfs.image)?.set_len(3 << 30)?;
        fs::create_dir_all(&xfs.folder)?;
        finish(Command::new("mkfs.xfs").args(["-q", "-m", "reflink=1"]).arg(&xfs.image))?;
        finish(Command::new("mount").args(["-o", "loop"]).arg(&xfs.image).arg(&xfs.folder))?;
        Ok(xfs)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Xfs {
    fn drop(&mut self) {
        // Not mounted if mounting failed; then its message says why.
        let _ =
            Command::new("umount").arg(&self.folder).stderr(std::process::Stdio::null()).status();
        let _ = fs::remove_file(&self.image);
    }
}
