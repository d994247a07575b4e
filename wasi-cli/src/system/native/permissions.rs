//! The mode of a new file.

use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;

/// What any program asks for; the umask takes from it.
const NEW_FILE: u32 = 0o666;

/// Lets a temporary file be created as an ordinary one is. By itself it would be its owner's alone.
pub(crate) fn ordinary<'a, 'p>(
    builder: &'a mut tempfile::Builder<'p, 'p>,
) -> &'a mut tempfile::Builder<'p, 'p> {
    builder.permissions(Permissions::from_mode(NEW_FILE))
}

/// Gives a file the mode of the one that it will replace.
pub(crate) fn copy(from: &Metadata, to: &File) -> io::Result<()> {
    to.set_permissions(from.permissions())
}
