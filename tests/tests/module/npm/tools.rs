//! Programs from the npm registry, installed once in the user's cache.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use qcow2_stream_tests::installed::npm_package;

/// Runs npm in a folder, and returns what it says.
#[track_caller]
pub(crate) fn npm<A: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = A>) -> String {
    let mut command = Command::new("npm");
    output(command.args(args).current_dir(folder))
}

/// Runs a command to its end, and returns what it says.
#[track_caller]
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [said, errors] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{command:?}: {said}{errors}");
    said
}

/// A program of the package that `tests/npm/NAME` pins.
pub(crate) fn tool(name: &str, program: &str) -> PathBuf {
    npm_package(name).join("node_modules/.bin").join(program)
}
