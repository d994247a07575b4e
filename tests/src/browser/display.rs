//! A display that nobody looks at.

use std::process::Command;
use std::time::Duration;

use super::kept::Kept;
use super::program::need;

/// Far more than an X server takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// An X server with a screen in memory.
#[derive(Debug)]
pub(crate) struct Display {
    /// As `DISPLAY` has it.
    pub(crate) name: String,
    server: Kept,
}

impl Display {
    /// Opens one that is free.
    pub(crate) fn open() -> Self {
        need("Xvfb", "xvfb");
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
        let mut server = Kept::start(tempfile::tempdir().expect("a folder"), &command);
        let number = server.wait_for("a display", DEADLINE, |server| {
            // Among warnings, a line that is a number.
            let said = server.said();
            let whole = &said[..said.rfind('\n')?];
            whole.lines().find_map(|line| line.parse::<u32>().ok())
        });
        Self { name: format!(":{number}"), server }
    }

    /// The processes of the server.
    pub(crate) fn processes(&self) -> Vec<u32> {
        self.server.processes()
    }
}
