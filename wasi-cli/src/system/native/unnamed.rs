//! Files without a name, which are gone with the program that made them, whatever ends it.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes a file without a name in a folder, if the file system can. Private, or open as the umask and the folder say.
#[cfg(target_os = "linux")]
pub(crate) fn create(folder: &Path, is_private: bool) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    let mode = if is_private { super::permissions::PRIVATE } else { super::permissions::ORDINARY };
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    // What is wrong with the folder, the next try tells.
    let file = File::from(open(folder, flags, Mode::from_raw_mode(mode)).ok()?);
    can_be_named(&file).then_some(file)
}

/// Whether `/proc` is there: without it, only few may give a file a name afterwards.
#[cfg(target_os = "linux")]
fn can_be_named(file: &File) -> bool {
    use rustix::fs::{fstat, stat};
    let (own, seen) = (fstat(file), stat(descriptor(file)));
    matches!((own, seen), (Ok(own), Ok(seen)) if (own.st_dev, own.st_ino) == (seen.st_dev, seen.st_ino))
}

/// Gives such a file a name.
#[cfg(target_os = "linux")]
pub(crate) fn name(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    Ok(linkat(CWD, descriptor(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(target_os = "linux")]
fn descriptor(file: &File) -> String {
    use rustix::fd::AsRawFd;
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// Other systems can't.
#[cfg(not(target_os = "linux"))]
pub(crate) fn create(_: &Path, _: bool) -> Option<File> {
    None
}

/// There are none.
#[cfg(not(target_os = "linux"))]
pub(crate) fn name(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
