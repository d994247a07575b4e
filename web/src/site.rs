//! The page, as a folder for any static host.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::json;

use crate::files::{self, Files};
use crate::folder::{self, Mark};
use wasm_build::workspace;

use crate::{digest, package};

/// The list of files, which the page's service worker imports.
const LIST: &str = "files.js";

/// The service worker. The browser keeps it itself.
const SERVICE_WORKER: &str = "sw.js";

/// Where the page finds the npm package.
const PACKAGE: &str = "qcow2-stream/";

/// How the list begins, and by what a folder of an earlier build is known.
const ASSIGNMENT: &str = "self.SITE = ";
const MARKS: [Mark; 1] = [Mark { file: LIST, holds: ASSIGNMENT.as_bytes() }];

/// Builds the site in `dir`, and says where that is.
pub(crate) fn build(dir: Option<PathBuf>) -> Result<PathBuf> {
    let target_dir = workspace::target_dir()?;
    // Not `web`: that is cargo's own folder for what it builds for this machine with the profile of that name.
    let dir = dir.unwrap_or_else(|| target_dir.join("site"));
    folder::check(&dir, &MARKS)?;
    let page = files::read(&workspace::root().join("web/page"))?;
    check(&page)?;
    let site = assemble(page, package::assemble(&target_dir)?)?;
    folder::replace(&dir, &site, &MARKS)?;
    Ok(dir)
}

/// What others rely on by name.
fn check(page: &Files) -> Result<()> {
    match ["index.html", SERVICE_WORKER].into_iter().find(|name| !page.contains_key(*name)) {
        Some(name) => bail!("web/page/{name} is missing: restore it"),
        None => Ok(()),
    }
}

fn assemble(page: Files, package: Files) -> Result<Files> {
    let mut site = page;
    files::add(&mut site, PACKAGE, package)?;
    let list = Files::from([(LIST.to_owned(), list(&site).into_bytes())]);
    files::add(&mut site, "", list)?;
    Ok(site)
}

fn list(site: &Files) -> String {
    let mut urls: Vec<_> =
        site.keys().filter(|name| is_loaded(name)).map(|name| url(name)).collect();
    urls.sort_unstable();
    format!("{ASSIGNMENT}{{\"version\":\"{}\",\"files\":{}}};\n", version(site), json!(urls))
}

/// Whether the page, once it has a service worker, needs the file.
fn is_loaded(name: &str) -> bool {
    match name.strip_prefix(PACKAGE) {
        Some(name) => name.ends_with(".js") || name.ends_with(".wasm"),
        None => name != SERVICE_WORKER,
    }
}

/// What the page is opened by is the folder itself.
fn url(name: &str) -> &str {
    if name == "index.html" { "./" } else { name }
}

/// Another one for any change of any file.
fn version(site: &Files) -> String {
    let mut digest =
        digest::of(site.iter().flat_map(|(name, contents)| [name.as_bytes(), contents]));
    digest.truncate(16);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Files {
        names.iter().map(|name| ((*name).to_owned(), name.as_bytes().to_vec())).collect()
    }

    fn site() -> Files {
        let page = files(&["index.html", "sw.js", "app.js", "icons/disk.svg"]);
        let package = files(&[
            "index.js",
            "index.d.ts",
            "a_bg.wasm",
            "package.json",
            "README.md",
            "LICENSE-MIT",
        ]);
        assemble(page, package).unwrap()
    }

    #[test]
    fn the_list_names_what_the_page_needs_offline() {
        let list = String::from_utf8(site()[LIST].clone()).unwrap();
        let json = list.strip_prefix("self.SITE = ").unwrap().strip_suffix(";\n").unwrap();
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        let wanted =
            ["./", "app.js", "icons/disk.svg", "qcow2-stream/a_bg.wasm", "qcow2-stream/index.js"];
        assert_eq!(json["files"], json!(wanted));
        let version = json["version"].as_str().unwrap();
        assert!(version.len() == 16 && version.bytes().all(|b| b.is_ascii_hexdigit()), "{version}");
    }

    #[test]
    fn any_change_gives_another_version() {
        let one = version(&files(&["a.js", "b.js"]));
        assert_eq!(one, version(&files(&["b.js", "a.js"])));
        assert_ne!(one, version(&files(&["a.js"])));
        let mut changed = files(&["a.js", "b.js"]);
        changed.insert("b.js".to_owned(), b"b.JS".to_vec());
        assert_ne!(one, version(&changed));
    }

    #[test]
    fn a_page_without_its_start_is_refused() {
        let error = check(&files(&["sw.js"])).unwrap_err();
        assert_eq!(error.to_string(), "web/page/index.html is missing: restore it");
    }

    #[test]
    fn a_list_by_hand_is_refused() {
        let error =
            assemble(files(&["index.html", "sw.js", "files.js"]), Files::new()).unwrap_err();
        assert!(error.to_string().starts_with("files.js is there twice"), "{error}");
    }
}
