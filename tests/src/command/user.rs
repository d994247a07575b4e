//! The command as somebody else than root.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use tempfile::TempDir;

/// A user with few rights, and a copy of the command that this user may run.
#[derive(Debug)]
pub struct User {
    folder: TempDir,
    id: u32,
}

impl User {
    /// What the copy is called.
    const PROGRAM: &str = "command";

    /// The user with this number, whether or not the system knows one. Its group has the same number.
    ///
    /// # Panics
    ///
    /// If the command can't be copied.
    pub fn new(id: u32, command: &Command) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let open = Permissions::from_mode(0o755);
        fs::set_permissions(folder.path(), open).expect("the mode is set");
        fs::copy(command.get_program(), folder.path().join(Self::PROGRAM)).expect("a copy");
        Self { folder, id }
    }

    /// The same command as this user, who is in no further group than `groups`. It takes root.
    pub fn run<S: AsRef<OsStr>>(&self, groups: &[u32], command: &Command, limits: &[S]) -> Command {
        let id = self.id.to_string();
        let list = groups.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let groups =
            if list.is_empty() { "--clear-groups".to_owned() } else { format!("--groups={list}") };
        let mut program = Command::new("prlimit");
        program.args(limits).args(["setpriv", "--reuid", &id, "--regid", &id, &groups]);
        program.arg(self.folder.path().join(Self::PROGRAM)).args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            program.current_dir(folder);
        }
        program
    }
}
