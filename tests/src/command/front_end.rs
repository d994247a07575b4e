//! The ways to run the command.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// A way to run the command. A suite that knows only this can judge any.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FrontEnd {
    /// The program for this machine, as a release has it.
    Native,
    /// The WASI module in wasmtime, which lets it see one folder.
    Wasmtime,
    /// The WASI module in Node.
    Node,
}

impl FrontEnd {
    /// The command in a folder, without arguments.
    ///
    /// # Panics
    ///
    /// If it can't be built.
    pub fn command(self, folder: &Path) -> Command {
        let mut command = match self {
            Self::Native => Command::new(native()),
            Self::Wasmtime => return Self::wasmtime(&[], folder),
            Self::Node => {
                let mut command = Command::new("node");
                command.args(["--no-warnings".as_ref(), NODE_HOST.as_ref(), module().as_os_str()]);
                command
            }
        };
        command.current_dir(folder);
        command
    }

    /// The command in wasmtime, with options for that.
    ///
    /// # Panics
    ///
    /// If it can't be built.
    pub fn wasmtime(options: &[&str], folder: &Path) -> Command {
        let mut command = Command::new(WASMTIME);
        // By its relative name as a user would, and by the one that tests use to name files elsewhere.
        let whole = format!("--dir={0}::{0}", folder.display());
        command.args(["run", "--dir=.", &whole]).args(options).arg(module()).current_dir(folder);
        command
    }
}

/// Runs the wasmtime of this project.
const WASMTIME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../wasi-cli/wasmtime");

/// Runs a module in Node.
const NODE_HOST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/command/node_host.mjs");

/// Where the native program is. It is built once in each test process.
fn native() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build(&[]))
}

/// Where the WASI module is.
///
/// # Panics
///
/// If it can't be built.
pub fn module() -> &'static PathBuf {
    static MODULE: OnceLock<PathBuf> = OnceLock::new();
    MODULE.get_or_init(|| build(&["--target", "wasm32-wasip1"]))
}

/// Builds the command as a release has it, and finds it.
fn build(options: &[&str]) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--message-format=json-render-diagnostics"]);
    command.args(["--package", "qcow2-to-stdout"]).args(options);
    let built = command.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output();
    let built = built.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(built.status.success(), "{command:?}: {}", built.status);
    let text = String::from_utf8(built.stdout).expect("cargo speaks UTF-8");
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs =
        messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    programs.next_back().unwrap_or_else(|| panic!("{command:?} has made no program"))
}
