//! A file as a block device.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::qemu;

/// A loop device, gone afterwards.
#[derive(Debug)]
pub struct LoopDevice(PathBuf);

impl LoopDevice {
    /// Makes a block device of a file.
    ///
    /// # Panics
    ///
    /// If the system has none, or only for root.
    pub fn new(file: &Path) -> Self {
        Self::with_options(file, &[])
    }

    /// Makes a block device of a file, with options for `losetup`.
    ///
    /// # Panics
    ///
    /// If the system has none, or only for root.
    pub fn with_options(file: &Path, options: &[&str]) -> Self {
        let mut command = Command::new("losetup");
        let output = qemu::run(command.args(["--show", "--find"]).args(options).arg(file));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "a loop device takes root, and losetup (mount): {error}");
        Self(String::from_utf8_lossy(&output.stdout).trim_end().into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for LoopDevice {
    fn drop(&mut self) {
        // A device that stays is a nuisance, not a failure of the test.
        let _ = Command::new("losetup").arg("--detach").arg(&self.0).status();
    }
}
