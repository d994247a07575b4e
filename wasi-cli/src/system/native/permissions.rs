//! The mode of a new file.

use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;

use tempfile::Builder;

/// What any program asks for; the umask takes from it.
const NEW_FILE: u32 = 0o666;

/// Lets a temporary file be created as an ordinary one is, or no more open than the file that it will replace.
/// By itself it would be its owner's alone.
pub(crate) fn of_new_file<'a, 'p>(
    builder: &'a mut Builder<'p, 'p>,
    replaced: Option<&Metadata>,
) -> &'a mut Builder<'p, 'p> {
    let ordinary = Permissions::from_mode(NEW_FILE);
    builder.permissions(replaced.map_or(ordinary, Metadata::permissions))
}

/// Gives a file the mode of the one that it will replace.
pub(crate) fn copy(from: &Metadata, to: &File) -> io::Result<()> {
    to.set_permissions(from.permissions())
}
