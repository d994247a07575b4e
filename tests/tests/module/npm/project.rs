//! A project that depends on the package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::tools::{npm, output};

/// What a page does with the package: it converts what is picked, and says so.
pub(crate) const SCRIPT: &str = "
document.querySelector('#file').onchange = async ({ target }) => {
  const plan = await scan(target.files[0]);
  const image = await (await plan.toBlob()).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', image));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  document.querySelector('#result').textContent = `${image.byteLength} ${hex}`;
};";

pub(crate) const BODY: &str = "<!doctype html>
<meta charset=utf-8>
<input id=file type=file>
<p id=result></p>
";

/// A folder in which the package is installed from its tarball.
pub(crate) fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("package.json"), "{ \"type\": \"module\" }")
        .expect("it is written");
    let install = ["install", "--ignore-scripts", "--no-audit", "--no-fund"];
    npm(folder.path(), install.map(Path::new).into_iter().chain([tarball().as_path()]));
    folder
}

/// The tarball, built once in each test process.
pub(crate) fn tarball() -> &'static PathBuf {
    static TARBALL: OnceLock<PathBuf> = OnceLock::new();
    TARBALL.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("npm");
        let mut command = Command::new(cargo);
        command.args(["run", "--locked", "-p", "web", "--", "npm"]).arg(&folder);
        output(command.current_dir(env!("CARGO_MANIFEST_DIR")));
        // Beside it: in it, the next build would not know the tarball for its own.
        let name = npm(&folder, ["pack", "--silent", "--pack-destination", ".."]);
        folder.with_file_name(name.trim())
    })
}
