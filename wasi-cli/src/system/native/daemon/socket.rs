//! The socket over which the disk is read.

use std::fs;
use std::io;
use std::os::unix::net::{UnixListener, UnixStream};

use tempfile::Builder;

/// A socket for the daemon to listen on, and a connection to it, made already: it waits until the daemon takes it.
///
/// The name that both need lies in a directory of the user's own, and is gone when this returns. So nobody else can
/// connect, and nothing is left behind, however this program ends.
pub(super) fn connected() -> io::Result<(UnixListener, UnixStream)> {
    let folder = Builder::new().prefix("qcow2-to-stdout-").tempdir()?;
    let path = folder.path().join("nbd");
    let listener = UnixListener::bind(&path)?;
    let connection = UnixStream::connect(&path)?;
    // If one of these fails, the end of `folder` is another try.
    fs::remove_file(&path)?;
    fs::remove_dir(&folder)?;
    let _ = folder.keep();
    Ok((listener, connection))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn what_is_said_waits_for_whoever_listens() {
        let (listener, mut connection) = connected().unwrap();
        connection.write_all(b"x").unwrap();
        let (mut accepted, address) = listener.accept().unwrap();
        assert!(address.is_unnamed());
        accepted.read_exact(&mut [0]).unwrap();
    }

    #[test]
    fn no_name_is_left() {
        let (listener, _connection) = connected().unwrap();
        let address = listener.local_addr().unwrap();
        let path = address.as_pathname().unwrap();
        assert!(!path.exists() && !path.parent().unwrap().exists(), "{path:?}");
    }
}
