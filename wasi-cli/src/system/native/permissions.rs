//! Who may open a new file: whoever the umask and the folder say, or those who might open the file that it replaces.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Gid, Mode, Stat, Uid, fchmod, fchown, fstat, stat};
use rustix::io::Errno;
use rustix::process::{getegid, geteuid};
use tempfile::Builder;

use super::acl::Acl;
use super::owners;
use crate::output::{Kept, Link};

/// What any program asks for; the umask takes from it.
pub(crate) const ORDINARY: u32 = 0o666;

/// For nobody but the user who runs the program.
#[cfg(target_os = "linux")]
pub(crate) const PRIVATE: u32 = 0o600;

/// The bits of a mode that are copied: not those that make a program run as somebody else.
const BITS: u32 = 0o777;

/// Those of them that let somebody else than the owner in.
const OTHERS: u32 = 0o077;

/// Lets a temporary file be created as an ordinary one is. By itself it is its owner's alone.
pub(crate) fn ordinary(builder: &mut Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(ORDINARY));
}

/// Gives a file the owner, group, mode and access control list of the one that it will replace; all of them,
/// or none: then it is private. `path` is where the other one is.
pub(crate) fn copy(from: &Stat, path: &Path, to: &File) -> io::Result<Kept> {
    let acl = Acl::of_path(path)?;
    let is_known = owners::are_known(from);
    if is_known && is_like(to, from, &acl)? {
        return Ok(Kept::All);
    }
    if !is_known {
        return make_private(to, from).map(|()| Kept::Nothing);
    }
    match give(to, from, &acl) {
        Ok(()) if is_like(to, from, &acl)? => Ok(Kept::All),
        Err(error) if !is_refusal(error) => Err(error.into()),
        _ => make_private(to, from).map(|()| Kept::Nothing),
    }
}

/// The owner comes first: for the new one alone, a list or a mode would let in others than it was made for.
fn give(to: &File, from: &Stat, acl: &Acl) -> Result<(), Errno> {
    let now = fstat(to)?;
    if (now.st_uid, now.st_gid) != (from.st_uid, from.st_gid) {
        let owner = (now.st_uid != from.st_uid).then_some(Uid::from_raw(from.st_uid));
        fchown(to, owner, Some(Gid::from_raw(from.st_gid)))?;
    }
    acl.give(to)?;
    fchmod(to, mode(bits(from)))
}

/// Takes back what was given.
fn make_private(to: &File, from: &Stat) -> io::Result<()> {
    let now = fstat(to)?;
    if now.st_uid != geteuid().as_raw() {
        fchown(to, Some(geteuid()), Some(getegid()))?;
    }
    // A mode of 0600 takes the effect of a list that stays.
    let _ = Acl::default().give(to);
    let made = fchmod(to, Mode::RUSR | Mode::WUSR);
    let now = bits(&fstat(to)?);
    // Some file systems have one mode for all files.
    if now & OTHERS == 0 || now & !bits(from) == 0 {
        return Ok(());
    }
    made?;
    Err(io::Error::other("its mode cannot be that of the file that it replaces, nor 0600"))
}

fn is_like(file: &File, other: &Stat, acl: &Acl) -> io::Result<bool> {
    let own = fstat(file)?;
    let same = |own: &Stat| (own.st_uid, own.st_gid, bits(own));
    Ok(same(&own) == same(other) && Acl::of(file)? == *acl)
}

#[allow(clippy::useless_conversion)] // the type of st_mode differs between systems
fn bits(stat: &Stat) -> u32 {
    u32::from(stat.st_mode) & BITS
}

#[allow(clippy::useless_conversion)]
fn mode(bits: u32) -> Mode {
    Mode::from_raw_mode(bits as rustix::fs::RawMode)
}

/// Whether the system or the file system won't have it.
fn is_refusal(error: Errno) -> bool {
    // The last one: a mount that shows other owners has no such one.
    let refusals =
        [Errno::PERM, Errno::ACCESS, Errno::INVAL, Errno::OPNOTSUPP, Errno::NOSYS, Errno::OVERFLOW];
    refusals.contains(&error)
}

/// Whether the system would let a file be replaced, as far as can be known before: not in a sticky folder if it is
/// another user's, nor if it or the folder is immutable or append-only, nor if something is mounted on it.
#[cfg(target_os = "linux")]
pub(crate) fn may_be_replaced(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx, unlinkat};
    let look = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty());
    if look.is_ok_and(|look| look.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)) {
        return false;
    }
    // No call asks just that. The removal of a directory does, before it finds that this is none.
    unlinkat(CWD, path, AtFlags::REMOVEDIR) != Err(Errno::PERM)
}

/// Elsewhere, that shows at the end.
#[cfg(not(target_os = "linux"))]
pub(crate) fn may_be_replaced(_: &Path) -> bool {
    true
}

/// Where a symbolic link leads, if it may be followed: in a folder where anybody may leave one, only one's own and those
/// of the folder's owner. The kernel has the same rule, by default, but not for those who read the link themselves.
pub(crate) fn read_link(path: &Path, folder: &Path) -> io::Result<Link> {
    const SHARED: u32 = 0o1002;
    let Some((link, target)) = open_link(path)? else {
        return Ok(Link::None);
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = stat(folder)?;
    #[allow(clippy::useless_conversion)] // as above
    let is_shared = u32::from(folder.st_mode) & SHARED == SHARED;
    let may_follow = !is_shared || [geteuid().as_raw(), folder.st_uid].contains(&link.st_uid);
    Ok(if may_follow { Link::To(target) } else { Link::OfAnother })
}

/// A link and its target, both of the same link, whatever takes its name meanwhile.
#[cfg(target_os = "linux")]
fn open_link(path: &Path) -> io::Result<Option<(Stat, PathBuf)>> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use rustix::fs::{FileType, OFlags, open, readlinkat};

    use crate::kind;

    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let link = match open(path, flags, Mode::empty()) {
        Err(Errno::NOENT) => return Ok(None),
        link => link?,
    };
    let link_stat = fstat(&link)?;
    if kind::of(&link_stat) != FileType::Symlink {
        return Ok(None);
    }
    let target = readlinkat(&link, "", Vec::new())?;
    Ok(Some((link_stat, PathBuf::from(OsStr::from_bytes(target.as_bytes())))))
}

/// A link and its target. Where a link can't be opened, another may take its name between the two calls.
#[cfg(not(target_os = "linux"))]
fn open_link(path: &Path) -> io::Result<Option<(Stat, PathBuf)>> {
    let Ok(target) = std::fs::read_link(path) else {
        return Ok(None);
    };
    Ok(Some((rustix::fs::lstat(path)?, target)))
}
