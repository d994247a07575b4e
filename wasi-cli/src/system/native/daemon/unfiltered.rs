//! In place of [`syscalls`](super::syscalls), for processors whose system calls are not known here.

use anyhow::{Result, bail};

/// It can't be done.
pub(super) fn is_available() -> bool {
    false
}

/// Never called.
pub(super) fn confine() -> Result<()> {
    bail!("the system calls of this processor are not known")
}
