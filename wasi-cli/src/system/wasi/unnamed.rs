//! Files without a name: WASI has none.

use std::fs::File;
use std::io;
use std::path::Path;

/// WASI can't.
pub(crate) fn create(_: &Path, _: bool) -> Option<File> {
    None
}

/// There are none.
pub(crate) fn name(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
