//! The page, built and served.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::kept::Kept;

/// Enough for a module to be built from nothing.
const DEADLINE: Duration = Duration::from_secs(1200);

/// The page that converts, as a user has it on the web.
#[derive(Debug)]
pub struct Site {
    url: String,
    server: Kept,
}

impl Site {
    /// Builds the page and serves it, once in each test process.
    ///
    /// # Panics
    ///
    /// If it can't be built.
    pub fn build_and_serve() -> &'static Self {
        static SITE: OnceLock<Site> = OnceLock::new();
        SITE.get_or_init(Self::start)
    }

    /// Where the page is, with a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What is served; a test may add files of its own.
    pub fn folder(&self) -> PathBuf {
        self.server.folder().join(PAGE)
    }

    /// Builds the page and serves it for one test, until this is dropped.
    ///
    /// # Panics
    ///
    /// If it can't be built.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let mut command = Command::new(cargo);
        command.args(["run", "--locked", "-p", "web", "--", "--port", "0", "--dir"]);
        command.arg(folder.path().join(PAGE)).current_dir(env!("CARGO_MANIFEST_DIR"));
        let mut server = Kept::start(folder, &command);
        let url = server.wait_for("the page's address", DEADLINE, |server| address(&server.said()));
        link_folders(&server.folder().join(PAGE));
        Self { url, server }
    }
}

/// The folder that is served, in the server's own.
const PAGE: &str = "page";

/// The folders of a site that has just been built are in that of its version. Pages of tests find them beside it, too, whatever
/// the version is.
fn link_folders(site: &Path) {
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("the site can be listed");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.filter(|path| path.is_dir()).collect()
    };
    for folder in folders(site).iter().flat_map(|version| folders(version)) {
        let name = folder.file_name().expect("a folder has a name");
        symlink(&folder, site.join(name)).expect("the folder can be written to");
    }
}

/// The line that the server says when it is ready.
fn address(said: &str) -> Option<String> {
    let lines = said.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    lines.map(str::trim_end).find(|line| line.starts_with("http://localhost:")).map(String::from)
}
