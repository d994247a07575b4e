//! The programs that the kit needs.

use std::path::PathBuf;

/// Checks that a program of a Debian package is there.
///
/// # Panics
///
/// If it isn't.
pub(crate) fn need(program: &str, package: &str) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    assert!(found, "{program} is missing: install the package {package}");
}

/// WebKitGTK's small browser. Debian keeps it out of the path, in a folder
/// that is named for the machine.
///
/// # Panics
///
/// If it isn't there.
pub(crate) fn mini_browser() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let browser = |folder: PathBuf| folder.join("webkit2gtk-4.1/MiniBrowser");
    let mut found = folders.map(|folder| browser(folder.path())).filter(|path| path.is_file());
    found.next().expect("MiniBrowser is missing: install the package libwebkit2gtk-4.1-0")
}
