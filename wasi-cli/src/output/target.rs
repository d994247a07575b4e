//! The name that the output is to have, and what has it now.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat, lstat};
use rustix::io::Errno;

use crate::kind;
use crate::system::permissions;

/// What is known of a name that may be a symbolic link.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// It is none, or nothing is there.
    None,
    /// It leads here.
    To(PathBuf),
    /// It is not to be followed.
    #[cfg_attr(target_os = "wasi", allow(dead_code))] // which knows no users
    OfAnother,
}

/// How many links may lead one to the next: as many as Linux follows.
const LINKS: usize = 40;

/// The file that a path leads to, through links, be it there or not. A link is not to be replaced.
pub(super) fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(io::Error::other("the name of a file is missing after the last /"));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let target = match permissions::read_link(&path, folder)? {
            Link::None => return Ok(path),
            Link::To(target) => target,
            Link::OfAnother => {
                return Err(io::Error::other(
                    "it is another user's link in a folder where anybody may leave one; name the file that it leads to",
                ));
            }
        };
        path = folder.join(target);
    }
    Err(io::Error::other("too many links, one leading to the next"))
}

/// The file that is to be replaced, if there is one.
pub(super) fn look(path: &Path) -> io::Result<Option<Stat>> {
    let stat = match lstat(path) {
        Err(Errno::NOENT) => return Ok(None),
        stat => stat?,
    };
    let kind = kind::of(&stat);
    if kind == FileType::RegularFile {
        return Ok(Some(stat));
    }
    let kind = kind::in_words(kind);
    let help = "only a regular file can be replaced; otherwise redirect standard output to it";
    Err(io::Error::other(format!("it is {kind}; {help}")))
}

/// Makes sure that what has the name can be replaced, so that this doesn't show only when the image is complete.
pub(super) fn check_replaceable(path: &Path) -> io::Result<()> {
    if permissions::may_be_replaced(path) {
        return Ok(());
    }
    Err(io::Error::other(
        "the system does not let it be replaced: it is another user's in a sticky folder, or it or its folder is \
         immutable or append-only (lsattr shows that), or something is mounted on it",
    ))
}
