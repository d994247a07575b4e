//! The mode of a new file.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;

use rustix::fs::Stat;
use tempfile::Builder;

/// What any program asks for; the umask takes from it.
const NEW_FILE: u32 = 0o666;

/// Lets a temporary file be created as an ordinary one is, or no more open than the file that it will replace.
/// By itself it would be its owner's alone.
pub(crate) fn of_new_file<'a, 'p>(
    builder: &'a mut Builder<'p, 'p>,
    replaced: Option<&Stat>,
) -> &'a mut Builder<'p, 'p> {
    builder.permissions(replaced.map_or(Permissions::from_mode(NEW_FILE), of))
}

/// Gives a file the mode of the one that it will replace.
pub(crate) fn copy(from: &Stat, to: &File) -> io::Result<()> {
    to.set_permissions(of(from))
}

fn of(stat: &Stat) -> Permissions {
    #[allow(clippy::useless_conversion)] // the type of st_mode differs between systems
    Permissions::from_mode(stat.st_mode.into())
}
