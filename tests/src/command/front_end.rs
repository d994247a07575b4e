//! The ways to run the command.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// A way to run the command. A suite that knows only this can judge any.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FrontEnd {
    /// The program for this machine, as a release has it.
    Native,
}

impl FrontEnd {
    /// The command without arguments.
    ///
    /// # Panics
    ///
    /// If it can't be built.
    pub fn command(self) -> Command {
        match self {
            Self::Native => Command::new(native()),
        }
    }
}

/// Where the native program is. It is built once in each test process.
fn native() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("qcow2-to-stdout"))
}

/// Builds a package of this workspace that has one program, and finds it.
fn build(package: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--message-format=json-render-diagnostics"]);
    command.args(["--package", package]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let built = command.stderr(Stdio::inherit()).output();
    let built = built.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(built.status.success(), "{command:?}: {}", built.status);
    let text = String::from_utf8(built.stdout).expect("cargo speaks UTF-8");
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs =
        messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    programs.next_back().unwrap_or_else(|| panic!("{command:?} has made no program"))
}
