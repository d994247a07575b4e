//! The mode of a new file: WASI has none, the host decides.

use std::fs::{File, Metadata};
use std::io;

use tempfile::Builder;

/// The host decides.
pub(crate) fn of_new_file<'a, 'p>(
    builder: &'a mut Builder<'p, 'p>,
    _: Option<&Metadata>,
) -> &'a mut Builder<'p, 'p> {
    builder
}

/// Gives a file the mode of the one that it will replace.
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn copy(_: &Metadata, _: &File) -> io::Result<()> {
    Ok(())
}
