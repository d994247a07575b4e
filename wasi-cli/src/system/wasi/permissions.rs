//! The mode of a new file: WASI has none, the host decides.

use std::fs::File;
use std::io;

use rustix::fs::Stat;
use tempfile::Builder;

/// The host decides.
pub(crate) fn of_new_file<'a, 'p>(
    builder: &'a mut Builder<'p, 'p>,
    _: Option<&Stat>,
) -> &'a mut Builder<'p, 'p> {
    builder
}

/// Gives a file the mode of the one that it will replace.
pub(crate) fn copy(_: &Stat, _: &File) -> io::Result<()> {
    Ok(())
}
