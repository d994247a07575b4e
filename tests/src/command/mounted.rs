//! A file system of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::loop_device::LoopDevice;
use crate::qemu;

/// A file system in a file, mounted in a folder. Both are gone afterwards.
#[derive(Debug)]
pub struct Mounted {
    // Ends in this order, once it is no longer mounted.
    device: LoopDevice,
    folder: TempDir,
}

impl Mounted {
    /// Makes a file system of `size` bytes with `mkfs`, which is a program and its options.
    ///
    /// # Panics
    ///
    /// If `mkfs` is missing, or if the caller is not root.
    pub fn new(mkfs: &[&str], size: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, root) = (folder.path().join("file"), folder.path().join("root"));
        let made = File::create(&file).and_then(|file| file.set_len(size));
        made.expect("the file system has sparse files");
        let (program, options) = mkfs.split_first().expect("a program");
        success(Command::new(program).args(options).arg(&file));
        fs::create_dir(&root).expect("a folder is made");
        let device = LoopDevice::new(&file);
        success(Command::new("mount").arg(device.path()).arg(&root));
        Self { device, folder }
    }

    /// Where a file of this file system is.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join("root").join(name)
    }

    /// The block device that it is on.
    pub fn device(&self) -> &Path {
        self.device.path()
    }

    /// The file that it is in.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("file")
    }

    /// Bytes that are free, after all that waits has been written.
    ///
    /// # Panics
    ///
    /// If the system doesn't tell.
    pub fn free(&self) -> u64 {
        let root = File::open(self.path("")).expect("the folder opens");
        rustix::fs::syncfs(&root).expect("it can be written out");
        let system = rustix::fs::fstatvfs(&root).expect("the system tells");
        system.f_bfree * system.f_frsize
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // What stays mounted is a nuisance, not a failure of the test.
        let _ = Command::new("umount").arg(self.path("")).status();
    }
}

/// Runs a command that needs root.
fn success(command: &mut Command) {
    let output = qemu::run(command);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}, which takes root: {error}");
}
