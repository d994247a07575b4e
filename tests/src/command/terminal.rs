//! A terminal that nobody looks at but the test.

use std::fs::File;
use std::io::Read;
use std::process::Stdio;
use std::thread::JoinHandle;

use rustix::fd::OwnedFd;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// A terminal of 80 columns.
#[derive(Debug)]
pub struct Terminal {
    peer: OwnedFd,
    seen: JoinHandle<Vec<u8>>,
}

impl Terminal {
    /// How many columns it has.
    pub const COLUMNS: u16 = 80;

    /// Opens a terminal.
    ///
    /// # Panics
    ///
    /// If the system has none.
    pub fn open() -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let controller = openpt(flags).expect("a terminal");
        grantpt(&controller).expect("the terminal is ours");
        unlockpt(&controller).expect("the terminal can be unlocked");
        let size = Winsize { ws_row: 24, ws_col: Self::COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&controller, size).expect("a terminal has a size");
        let peer = ioctl_tiocgptpeer(&controller, flags).expect("the terminal's other side");
        Self { peer, seen: std::thread::spawn(|| read(File::from(controller))) }
    }

    /// The terminal as a stream of a command.
    ///
    /// # Panics
    ///
    /// If the process has too many files open.
    pub fn stdio(&self) -> Stdio {
        self.peer.try_clone().expect("a descriptor can be copied").into()
    }

    /// All that was sent to the terminal, once no command has it any more.
    ///
    /// # Panics
    ///
    /// If it isn't UTF-8.
    pub fn seen(self) -> String {
        drop(self.peer);
        let seen = self.seen.join().expect("the terminal is read to its end");
        String::from_utf8(seen).expect("the terminal shows UTF-8")
    }
}

/// Reads until the other side is closed, which a terminal reports as an error.
fn read(mut controller: File) -> Vec<u8> {
    let (mut bytes, mut buf) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = controller.read(&mut buf) {
        bytes.extend_from_slice(&buf[..read]);
    }
    bytes
}
