//! Programs from the npm registry, installed once in the user's cache.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use qcow2_stream_tests::installed::installed;

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

/// The program of a package at a version.
pub(crate) fn tool(package: &str, version: &str, program: &str) -> PathBuf {
    let folder = installed(&format!("{package}-{version}"), |folder| {
        let package = format!("{package}@{version}");
        let install = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
        npm(folder, install.into_iter().chain([package.as_str()]));
    });
    folder.join("node_modules/.bin").join(program)
}
