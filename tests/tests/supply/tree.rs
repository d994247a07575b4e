//! The project's own files.

use std::fs;
use std::path::{Path, PathBuf};

/// Where they begin.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Folders of what is built or found, and the repository's own.
const OTHERS: [&str; 4] = [".git", "target", "node_modules", "artifacts"];

/// A file, by its path from the root.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(ROOT).join(name)
}

/// What is in a file.
#[track_caller]
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The files below a folder, by their paths from the root, sorted.
pub(crate) fn files(folder: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(Path::new(ROOT).join(&folder)).expect("the folder can be listed");
        for entry in entries.map(|entry| entry.expect("an entry")) {
            let name = entry.file_name().into_string().expect("a name in UTF-8");
            let path = folder.join(&name);
            let kind = entry.file_type().expect("an entry has a type");
            if kind.is_dir() && !OTHERS.contains(&&*name) {
                folders.push(path);
            } else if kind.is_file() && wanted(&name) {
                found.push(path.to_str().expect("a path in UTF-8").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The files of this name.
pub(crate) fn named(name: &str) -> Vec<String> {
    let found = files("", |found| found == name);
    assert!(!found.is_empty(), "there is no {name}");
    found
}
