//! Tools that are installed once, in the user's cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::digest::sha256_hex;

/// Where each package of npm's has a folder with what is pinned of it.
const PINNED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/npm");

/// The folder in which the npm package of `tests/npm/NAME` is, exactly as its lock file has it: another lock file is
/// another folder.
///
/// # Panics
///
/// If it can't be installed.
pub fn npm_package(name: &str) -> PathBuf {
    let pinned = Path::new(PINNED).join(name);
    let lock = fs::read(pinned.join("package-lock.json")).expect("the lock file is there");
    installed(&format!("{name}-{}", &sha256_hex(&lock)[..12]), |folder| {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(pinned.join(file), folder.join(file)).expect("the cache can be written to");
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
        let done = npm.output().expect("npm is missing: apt-get install npm");
        assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    })
}

/// The folder of the tool `name`. Where it is not there yet, `install` is called with a folder to fill, which is
/// renamed when complete, so that what was interrupted is never taken for the tool.
///
/// # Panics
///
/// If it can't be installed.
pub fn installed(name: &str, install: impl FnOnce(&Path)) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = cache().join(name);
    if folder.is_dir() {
        return folder;
    }
    fs::create_dir_all(cache()).expect("the cache can be written to");
    let partial = tempfile::Builder::new().prefix(".partial-").tempdir_in(cache());
    let partial = partial.expect("the cache can be written to");
    install(partial.path());
    let renamed = fs::rename(partial.path(), &folder);
    assert!(renamed.is_ok() || folder.is_dir(), "{renamed:?}");
    folder
}

/// The project's folder in the user's cache.
///
/// # Panics
///
/// If the user has no home.
pub fn cache() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty());
    let home = || std::env::home_dir().expect("a user has a home").join(".cache");
    cache.map_or_else(home, PathBuf::from).join("qcow2-stream")
}
