//! Disks of other formats than raw: none, since a module can't start a program.

use std::process::ExitCode;

use anyhow::{Result, bail};

/// Nothing is ever started here.
pub(crate) fn become_if_asked() -> Option<ExitCode> {
    None
}

/// There is no daemon whose version could be told.
pub(crate) fn version() -> Result<String> {
    bail!("qemu-storage-daemon is not used: a WASI module cannot start it")
}
