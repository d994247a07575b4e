//! Where `/proc` shows a process.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fd::AsRawFd;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// The folder of this process.
pub(super) fn own() -> Result<PathBuf> {
    let own = fs::read_link("/proc/self");
    let own =
        own.context("cannot read /proc/self, and other formats than raw need it; mount /proc")?;
    Ok(Path::new("/proc").join(own))
}

/// The folder of a child that has not been waited for.
pub(super) fn folder(id: u32) -> PathBuf {
    let number = shown_number(id).unwrap_or(id);
    Path::new("/proc").join(number.to_string())
}

/// The number of a child where `/proc` belongs to another PID namespace than this process. `None` before Linux 5.3.
fn shown_number(id: u32) -> Option<u32> {
    let child = pidfd_open(Pid::from_raw(i32::try_from(id).ok()?)?, PidfdFlags::empty()).ok()?;
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", child.as_raw_fd())).ok()?;
    let number = info.lines().find_map(|line| line.strip_prefix("Pid:"))?;
    number.trim().parse().ok()
}
