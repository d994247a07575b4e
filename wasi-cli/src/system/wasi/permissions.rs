//! The mode of a new file: WASI has none, the host decides.

use std::fs::{File, Metadata};
use std::io;

/// Lets a temporary file be created as an ordinary one is.
pub(crate) fn ordinary<'a, 'p>(
    builder: &'a mut tempfile::Builder<'p, 'p>,
) -> &'a mut tempfile::Builder<'p, 'p> {
    builder
}

/// Gives a file the mode of the one that it will replace.
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn copy(_: &Metadata, _: &File) -> io::Result<()> {
    Ok(())
}
