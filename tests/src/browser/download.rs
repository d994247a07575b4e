//! The download folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::kind::Kind;
use super::running::Browser;
use super::tree::below;
use super::wait::look_for;

impl Browser {
    /// Waits for a download to be complete, and returns where it is.
    ///
    /// # Panics
    ///
    /// If it isn't in time.
    #[track_caller]
    pub fn finished_download(&self, name: &str, timeout: Duration) -> PathBuf {
        let found = look_for(timeout, || self.whole_file(name));
        found.unwrap_or_else(|| {
            let told = (self.kind() != Kind::WebKit).then(|| self.downloads_as_told());
            panic!("waited in vain for the download {name}: {told:?}, {:?}", self.downloaded())
        })
    }

    /// What is in the download folder, sorted.
    ///
    /// # Panics
    ///
    /// If it can't be listed.
    pub fn downloaded(&self) -> Vec<String> {
        let entries = fs::read_dir(self.downloads()).expect("the folder can be listed");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<_> = entries.map(|entry| name(entry.expect("an entry"))).collect();
        names.sort();
        names
    }

    /// The file of this name once it is whole.
    ///
    /// Chromium and Firefox rename it then. Firefox has an empty file in its
    /// place before, and WebKit writes into it.
    fn whole_file(&self, name: &str) -> Option<PathBuf> {
        let path = self.downloads().join(name);
        let length = fs::metadata(&path).ok()?.len();
        let written = self.kind() == Kind::WebKit && self.has_open(&path);
        (length > 0 && !written).then_some(path)
    }

    /// Whether one of the browser's processes has the file open.
    fn has_open(&self, path: &Path) -> bool {
        let descriptors =
            |id| fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
        let mut files = below(self.keeper()).into_iter().flat_map(descriptors);
        files.any(|file| fs::read_link(file.path()).is_ok_and(|target| target == path))
    }
}
