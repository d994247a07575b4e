//! Tools that are installed once, in the user's cache.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

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
    std::fs::create_dir_all(cache()).expect("the cache can be written to");
    let partial = tempfile::Builder::new().prefix(".partial-").tempdir_in(cache());
    let partial = partial.expect("the cache can be written to");
    install(partial.path());
    let renamed = std::fs::rename(partial.path(), &folder);
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
