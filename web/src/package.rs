//! The npm package.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::files::{self, Files};
use crate::folder::{self, Mark};
use wasm_build::workspace;

use crate::module;

/// By what a folder of an earlier build is known. Together, or `wasm` itself would pass for one.
const MARKS: [Mark; 2] = [
    Mark { file: module::WASM, holds: b"\0asm" },
    Mark { file: "package.json", holds: b"\"name\": \"qcow2-stream\"" },
];

/// Builds the package in `dir`, and says where that is.
pub(crate) fn build(dir: Option<PathBuf>) -> Result<PathBuf> {
    let target_dir = workspace::target_dir()?;
    let dir = dir.unwrap_or_else(|| target_dir.join("npm"));
    folder::check(&dir, &MARKS)?;
    let files = assemble(&target_dir)?;
    folder::replace(&dir, &files, &MARKS)?;
    Ok(dir)
}

/// All files of the package.
pub(crate) fn assemble(target_dir: &Path) -> Result<Files> {
    let root = workspace::root();
    let mut files = files::read(&root.join("wasm/js"))?;
    for path in ["wasm/package.json", "wasm/README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        let name = path.rsplit('/').next().unwrap_or(path);
        files::add(
            &mut files,
            "",
            Files::from([(name.to_owned(), files::read_file(&root.join(path))?)]),
        )?;
    }
    check_version(&files["package.json"], env!("CARGO_PKG_VERSION"))
        .context("wasm/package.json")?;
    files::add(&mut files, "", module::build(target_dir)?)?;
    Ok(files)
}

/// The package goes by the version of the workspace.
fn check_version(manifest: &[u8], version: &str) -> Result<()> {
    let manifest: Value = serde_json::from_slice(manifest)?;
    match manifest["version"].as_str() {
        Some(found) if found == version => Ok(()),
        Some(found) => {
            bail!("the version is {found}, the workspace's is {version}: set it to {version}")
        }
        None => bail!("the version is missing: set it to {version}, the workspace's"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_than_the_workspaces_is_refused() {
        check_version(br#"{"version": "1.2.3"}"#, "1.2.3").unwrap();
        let error = check_version(br#"{"version": "1.2.2"}"#, "1.2.3").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the version is 1.2.2, the workspace's is 1.2.3: set it to 1.2.3"
        );
        let error = check_version(b"{}", "1.2.3").unwrap_err();
        assert_eq!(error.to_string(), "the version is missing: set it to 1.2.3, the workspace's");
        check_version(b"{", "1.2.3").unwrap_err();
    }

    #[test]
    fn the_manifest_has_the_workspaces_version_and_our_mark() {
        let manifest = files::read_file(&workspace::root().join("wasm/package.json")).unwrap();
        check_version(&manifest, env!("CARGO_PKG_VERSION")).unwrap();
        assert!(manifest.windows(MARKS[1].holds.len()).any(|text| text == MARKS[1].holds));
    }
}
