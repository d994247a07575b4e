//! The socket over which the disk is read.

#[cfg(target_os = "linux")]
use std::fs;
use std::io;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use qcow2_stream_nbd::{Address, Error, Settings, Socket};
use tempfile::{Builder, TempDir};

/// The way to a socket. There is no other.
#[derive(Debug)]
pub(super) struct Door {
    path: PathBuf,
    /// What the path needs to be there.
    _held: Held,
}

/// The socket itself, not open.
#[cfg(target_os = "linux")]
type Held = std::os::fd::OwnedFd;

/// The folder with its name.
#[cfg(not(target_os = "linux"))]
type Held = TempDir;

/// A socket for the daemon to listen on, and the way to it.
///
/// A connection that is made before it is needed would not do: QEMU drops a client that says nothing for 10 seconds, and
/// opening and checking an image may take longer. So on Linux the way leads through a descriptor. The name, which lies in
/// a folder of the user's own, is gone when this returns: nobody else can connect, and nothing is left behind, however
/// this program ends.
#[cfg(target_os = "linux")]
pub(super) fn listening() -> io::Result<(UnixListener, Door)> {
    use rustix::fd::AsRawFd;
    use rustix::fs::{Mode, OFlags, open};

    let (folder, path, listener) = bound_below(&std::env::temp_dir())?;
    let socket = open(&path, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    // If one of these fails, the end of `folder` is another try.
    fs::remove_file(&path)?;
    fs::remove_dir(&folder)?;
    let _ = folder.keep();
    let path = format!("/proc/self/fd/{}", socket.as_raw_fd()).into();
    Ok((listener, Door { path, _held: socket }))
}

/// A socket for the daemon to listen on, and the way to it: a name in a folder of the user's own, as long as this is
/// there. Only a signal leaves it behind.
#[cfg(not(target_os = "linux"))]
pub(super) fn listening() -> io::Result<(UnixListener, Door)> {
    let (folder, path, listener) = bound_below(&std::env::temp_dir())?;
    Ok((listener, Door { path, _held: folder }))
}

/// Where a socket's folder goes if the name below that for temporary files were too long for a socket.
const SHORT: &str = "/tmp";

/// A socket with a name, in a folder of the user's own below another.
fn bound_below(place: &Path) -> io::Result<(TempDir, PathBuf, UnixListener)> {
    let bound = |place: &Path| {
        let folder = Builder::new().prefix("qcow2-to-stdout-").tempdir_in(place)?;
        let path = folder.path().join("nbd");
        UnixListener::bind(&path).map(|listener| (folder, path, listener))
    };
    match bound(place) {
        // So std says that the name doesn't fit.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => bound(Path::new(SHORT)),
        bound => bound,
    }
}

impl Door {
    /// Connects to the daemon. After that there is no way to it any more.
    pub(super) fn connect(self, settings: &Settings) -> Result<Socket, Error> {
        Socket::connect(&Address::Unix(self.path), settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn a_connection_is_made_when_it_is_wanted() {
        let (listener, door) = listening().unwrap();
        let mut connection = door.connect(&Settings::default()).unwrap();
        connection.write_all(b"x").unwrap();
        let (mut accepted, address) = listener.accept().unwrap();
        assert!(address.is_unnamed());
        accepted.read_exact(&mut [0]).unwrap();
    }

    #[test]
    fn a_folder_for_temporary_files_may_have_a_long_name() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("x".repeat(100));
        std::fs::create_dir(&long).unwrap();
        let (_folder, path, _listener) = bound_below(&long).unwrap();
        assert!(path.starts_with(SHORT) && std::fs::read_dir(&long).unwrap().count() == 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn no_name_is_left() {
        let (listener, _door) = listening().unwrap();
        let address = listener.local_addr().unwrap();
        let path = address.as_pathname().unwrap();
        assert!(!path.exists() && !path.parent().unwrap().exists(), "{path:?}");
    }
}
