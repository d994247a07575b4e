//! Who may open a file: WASI has no owners and no modes, the host decides.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::Stat;
use tempfile::Builder;

use crate::output::{Kept, Link};

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

/// Where a symbolic link leads. The host decides whether that may be.
pub(crate) fn read_link(path: &Path, _: &Path) -> io::Result<Link> {
    Ok(std::fs::read_link(path).map_or(Link::None, Link::To))
}
