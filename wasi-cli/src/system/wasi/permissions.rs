//! Who may open a file: WASI has no owners and no modes, the host decides.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::Stat;
use tempfile::Builder;

use crate::output::Kept;

/// The host decides.
pub(crate) fn ordinary(_: &mut Builder<'_, '_>) {}

/// There is nothing to copy.
pub(crate) fn copy(_: &Stat, _: &Path, _: &File) -> io::Result<Kept> {
    Ok(Kept::All)
}

/// The host decides.
pub(crate) fn may_be_replaced(_: &Path) -> bool {
    true
}

/// The host decides.
pub(crate) fn may_follow(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(true)
}
