//! Programs from the npm registry, installed once in the user's cache.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

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
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = cache().join(format!("{package}-{version}"));
    if !folder.is_dir() {
        install(&format!("{package}@{version}"), &folder);
    }
    folder.join("node_modules/.bin").join(program)
}

fn cache() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty());
    let home = || std::env::home_dir().expect("a user has a home").join(".cache");
    cache.map_or_else(home, PathBuf::from).join("qcow2-stream")
}

/// Renamed when complete, so that what was interrupted is never taken for the tool.
fn install(package: &str, folder: &Path) {
    let cache = folder.parent().expect("a folder in the cache");
    std::fs::create_dir_all(cache).expect("the cache can be written to");
    let partial = tempfile::Builder::new().prefix(".partial-").tempdir_in(cache);
    let partial = partial.expect("the cache can be written to");
    npm(
        partial.path(),
        ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", package],
    );
    let renamed = std::fs::rename(partial.path(), folder);
    assert!(renamed.is_ok() || folder.is_dir(), "{renamed:?}");
}
