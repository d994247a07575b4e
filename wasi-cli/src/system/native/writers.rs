//! Other processes that have a file open for writing.

use rustix::fd::AsFd;

/// Whether a process has a regular file open for writing, or mapped so. `false` if it isn't to be known: a lease on
/// the file is refused while there is a writer, but only its owner or root may ask for one.
#[cfg(target_os = "linux")]
pub(crate) fn has_writer(file: impl AsFd) -> bool {
    for attempt in 0..ATTEMPTS {
        if !lease_is_refused(&file) {
            return false;
        }
        if attempt + 1 < ATTEMPTS {
            std::thread::sleep(PAUSE);
        }
    }
    true
}

/// How often a lease must be refused, for a second. A process that a writer has forked has the file open, too, until it
/// becomes another program, which takes its time on a busy machine.
#[cfg(target_os = "linux")]
const ATTEMPTS: u32 = 100;

/// Between two attempts.
#[cfg(target_os = "linux")]
const PAUSE: std::time::Duration = std::time::Duration::from_millis(10);

/// Which signal tells of a lease that somebody else is in the way of: a command that libc has no name for.
#[cfg(target_os = "linux")]
const F_SETSIG: i32 = 10;

/// Asks for a lease, and gives it back at once: while it is held, whoever opens the file for writing would wait.
#[cfg(target_os = "linux")]
fn lease_is_refused(file: impl AsFd) -> bool {
    use std::io;
    use std::os::fd::AsRawFd;

    let descriptor = file.as_fd().as_raw_fd();
    // SAFETY: the descriptor is open as long as the file is borrowed, and these commands take a number, no pointer.
    #[allow(unsafe_code)]
    let fcntl = |command, value: i32| unsafe { libc::fcntl(descriptor, command, value) };
    // Somebody who opens the file in between is told of by a signal. The usual one would end the program.
    if fcntl(F_SETSIG, libc::SIGURG) != 0 {
        return false;
    }
    if fcntl(libc::F_SETLEASE, libc::F_RDLCK) == 0 {
        fcntl(libc::F_SETLEASE, libc::F_UNLCK);
        return false;
    }
    io::Error::last_os_error().raw_os_error() == Some(libc::EAGAIN)
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn has_writer(_: impl AsFd) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::{File, OpenOptions};

    use super::*;

    #[test]
    fn a_writer_is_seen_as_long_as_it_is_there() {
        let path = tempfile::NamedTempFile::new().expect("a file").into_temp_path();
        let file = File::open(&path).expect("it opens");
        assert!(!has_writer(&file));
        let writer = OpenOptions::new().write(true).open(&path).expect("it opens");
        assert!(has_writer(&file));
        drop(writer);
        assert!(!has_writer(&file));
        // Nobody waits for a lease that was not given back.
        OpenOptions::new().write(true).open(&path).expect("it opens");
    }

    #[test]
    fn what_has_no_leases_has_no_writer_that_is_known() {
        let (_reader, writer) = std::io::pipe().expect("a pipe");
        assert!(!has_writer(&writer));
        assert!(!has_writer(File::open("/dev/null").expect("it opens")));
    }
}
