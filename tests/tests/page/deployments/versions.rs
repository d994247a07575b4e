//! Two versions of the site, as the builder leaves them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// What a host has: contents by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A version of the site.
pub(crate) struct Version {
    /// What its folder is called.
    pub(crate) folder: String,
    /// How many files the browser keeps of it.
    pub(crate) kept: usize,
    pub(crate) files: Files,
}

/// The page as it is, and the next one.
pub(crate) fn versions() -> &'static [Version; 2] {
    static VERSIONS: OnceLock<[Version; 2]> = OnceLock::new();
    VERSIONS.get_or_init(|| {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/page");
        let scratch = TempDir::new().expect("a folder");
        let changed = scratch.path().join("page");
        let mut files = read(&page);
        files.get_mut("app/main.js").expect("it is there").extend(b"\nwindow.isNext = true;\n");
        for (name, contents) in &files {
            let path = changed.join(name);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it is made");
            fs::write(path, contents).expect("it is written");
        }
        [&page, &changed].map(|page| Version::build(page, &scratch.path().join("site")))
    })
}

/// Without its files, which no failure's text has room for.
impl fmt::Debug for Version {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "version {} with {} files", self.folder, self.kept)
    }
}

impl Version {
    fn build(page: &Path, site: &Path) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let mut command = Command::new(cargo);
        command.args(["run", "--locked", "-p", "web", "--", "build", "--page"]).arg(page).arg(site);
        let said = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo runs");
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let files = read(site);
        let (folder, _) = files
            .keys()
            .find_map(|name| name.split_once("/app/"))
            .expect("the page's scripts are in a folder of the version");
        let folder = folder.to_owned();
        let worker = String::from_utf8_lossy(&files["sw.js"]);
        let list = worker.strip_prefix("self.SITE = ").expect("it begins with the list");
        let list = serde_json::Deserializer::from_str(list).into_iter::<Value>().next();
        let list = list.expect("a list").expect("JSON");
        let kept = list["files"].as_object().expect("digests by address").len();
        Self { folder, kept, files }
    }
}

/// All files in a folder.
fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).expect("the folder can be listed") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is in the folder");
                let name = name.to_str().expect("a name in UTF-8").to_owned();
                files.insert(name, fs::read(&path).expect("the file can be read"));
            }
        }
    }
    files
}
