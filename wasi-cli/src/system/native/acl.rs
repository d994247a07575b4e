//! Access control lists.

use std::fs::File;
use std::path::Path;

use rustix::io::Errno;

/// The lists of a file; none where its mode says all.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Acl {
    /// POSIX's, which can be copied.
    #[cfg(target_os = "linux")]
    posix: Option<Vec<u8>>,
    /// NFS's, where the server has some. It is only compared: the server may mean the same by another text.
    #[cfg(target_os = "linux")]
    nfs: Option<Vec<u8>>,
}

#[cfg(target_os = "linux")]
const POSIX: &str = "system.posix_acl_access";

#[cfg(target_os = "linux")]
const NFS: &str = "system.nfs4_acl";

/// As long as an attribute may be, in bytes.
#[cfg(target_os = "linux")]
const LONGEST: usize = 64 << 10;

#[cfg(target_os = "linux")]
impl Acl {
    /// Those of a file, or of a link itself.
    pub(super) fn of_path(path: &Path) -> Result<Self, Errno> {
        Self::read(|name, value| rustix::fs::lgetxattr(path, name, value))
    }

    /// Those of an open file.
    pub(super) fn of(file: &File) -> Result<Self, Errno> {
        Self::read(|name, value| rustix::fs::fgetxattr(file, name, value))
    }

    fn read(get: impl Fn(&str, &mut [u8]) -> Result<usize, Errno>) -> Result<Self, Errno> {
        let mut buffer = vec![0; LONGEST];
        let mut list = |name| match get(name, &mut buffer) {
            Ok(length) => Ok(buffer.get(..length).map(<[u8]>::to_vec)),
            Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(None),
            Err(error) => Err(error),
        };
        Ok(Self { posix: list(POSIX)?, nfs: list(NFS)? })
    }

    /// Gives a file the list that can be copied, or none.
    pub(super) fn give(&self, file: &File) -> Result<(), Errno> {
        use rustix::fs::{XattrFlags, fremovexattr, fsetxattr};
        let Some(list) = &self.posix else {
            // The folder's default may have given it one.
            return match fremovexattr(file, POSIX) {
                Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
                done => done,
            };
        };
        fsetxattr(file, POSIX, list, XattrFlags::empty())
    }
}

/// Elsewhere they are not looked at.
#[cfg(not(target_os = "linux"))]
impl Acl {
    /// Not known.
    pub(super) fn of_path(_: &Path) -> Result<Self, Errno> {
        Ok(Self::default())
    }

    /// Not known.
    pub(super) fn of(_: &File) -> Result<Self, Errno> {
        Ok(Self::default())
    }

    /// Not possible.
    pub(super) fn give(&self, _: &File) -> Result<(), Errno> {
        Ok(())
    }
}
