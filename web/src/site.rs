//! The page, as a folder for any static host.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::json;

use crate::files::{self, Files};
use crate::folder::{self, Mark};
use wasm_build::workspace;

use crate::{digest, index, package};

/// What the page is opened by.
const INDEX: &str = "index.html";

/// The service worker. The browser keeps it itself.
const SERVICE_WORKER: &str = "sw.js";

/// Where the page finds the npm package.
const PACKAGE: &str = "qcow2-stream/";

/// How the service worker begins: with the version, and the digests of the files.
const ASSIGNMENT: &str = "self.SITE = ";

/// By what a folder of an earlier build is known. Builds from before the list was part of it have this, too.
const MARKS: [Mark; 1] = [Mark { file: SERVICE_WORKER, holds: b"SITE.version" }];

/// Builds the site in `dir`, of the page's files in `page`, and says where that is.
pub(crate) fn build(dir: Option<PathBuf>, page: Option<PathBuf>) -> Result<PathBuf> {
    let target_dir = workspace::target_dir()?;
    // Not `web`: that is cargo's own folder for what it builds for this machine with the profile of that name.
    let dir = dir.unwrap_or_else(|| target_dir.join("site"));
    folder::check(&dir, &MARKS)?;
    let page = page.unwrap_or_else(|| workspace::root().join("web/page"));
    let page = files::read(&page)?;
    check(&page)?;
    let site = assemble(page, package::assemble(&target_dir)?)?;
    folder::replace(&dir, &site, &MARKS)?;
    Ok(dir)
}

/// What others rely on by name.
fn check(page: &Files) -> Result<()> {
    match [INDEX, SERVICE_WORKER].into_iter().find(|name| !page.contains_key(*name)) {
        Some(name) => bail!("web/page/{name} is missing: restore it"),
        None => Ok(()),
    }
}

/// The whole site. What the page loads is in a folder that is called after the version, so that no file of one version can
/// stand in for that of another, whichever of them a host or a cache has. Only the files beside it have names that stay.
fn assemble(page: Files, package: Files) -> Result<Files> {
    let mut sources = page;
    files::add(&mut sources, PACKAGE, package)?;
    let version = version(&sources);
    let mut site = Files::new();
    for (name, contents) in sources {
        let name = if name.contains('/') { format!("{version}/{name}") } else { name };
        site.insert(name, contents);
    }
    let index = index::of_version(&site, &version)?;
    site.insert(INDEX.to_owned(), index.into_bytes());
    let worker = site.remove(SERVICE_WORKER).unwrap_or_default();
    let worker = [list(&site, &version).as_bytes(), &worker].concat();
    site.insert(SERVICE_WORKER.to_owned(), worker);
    Ok(site)
}

/// What the service worker keeps, with the SHA-256 of each file. It is in the worker itself, for two files could be of two
/// versions.
fn list(site: &Files, version: &str) -> String {
    let files = site.iter().filter(|(name, _)| is_loaded(name));
    let files: BTreeMap<_, _> =
        files.map(|(name, contents)| (url(name), digest::sha256(contents))).collect();
    format!("{ASSIGNMENT}{};\n", json!({ "version": version, "files": files }))
}

/// Whether the page, once it has a service worker, needs the file.
fn is_loaded(name: &str) -> bool {
    match name.split_once(PACKAGE) {
        Some((_, name)) => name.ends_with(".js") || name.ends_with(".wasm"),
        None => name != SERVICE_WORKER,
    }
}

/// What the page is opened by is the folder itself.
fn url(name: &str) -> &str {
    if name == INDEX { "./" } else { name }
}

/// Another one for any change of any file.
fn version(sources: &Files) -> String {
    let mut digest =
        digest::of(sources.iter().flat_map(|(name, contents)| [name.as_bytes(), contents]));
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
        let mut page = files(&["sw.js", "app/main.js", "icon.svg", "style/base.css"]);
        let index = "<link href=\"style/base.css\"><script src=\"app/main.js\"></script>";
        page.insert(INDEX.to_owned(), index.into());
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

    /// What the service worker knows of the site.
    fn known(site: &Files) -> serde_json::Value {
        let worker = String::from_utf8(site[SERVICE_WORKER].clone()).unwrap();
        let json = worker.strip_prefix("self.SITE = ").unwrap().strip_suffix(";\nsw.js").unwrap();
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_service_worker_has_the_digest_of_each_file_that_the_page_needs_offline() {
        let site = site();
        let known = known(&site);
        let version = known["version"].as_str().unwrap();
        assert!(version.len() == 16 && version.bytes().all(|b| b.is_ascii_hexdigit()), "{version}");
        let mut wanted = vec!["./".to_owned(), "icon.svg".to_owned()];
        for name in
            ["app/main.js", "qcow2-stream/a_bg.wasm", "qcow2-stream/index.js", "style/base.css"]
        {
            wanted.push(format!("{version}/{name}"));
        }
        wanted.sort();
        let files = known["files"].as_object().unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), wanted.iter().collect::<Vec<_>>());
        for (url, digest) in files {
            let name = if url == "./" { INDEX } else { url };
            assert_eq!(*digest, digest::sha256(&site[name]), "{url}");
        }
    }

    #[test]
    fn nothing_but_the_start_has_the_same_address_in_two_versions() {
        let site = site();
        let names: Vec<_> = site.keys().filter(|name| !name.contains('/')).collect();
        assert_eq!(names, ["icon.svg", INDEX, SERVICE_WORKER]);
        let version = known(&site)["version"].as_str().unwrap().to_owned();
        let index = String::from_utf8(site[INDEX].clone()).unwrap();
        let wanted = format!(
            "<link href=\"{version}/style/base.css\"><script src=\"{version}/app/main.js\"></script>"
        );
        assert_eq!(index, wanted);
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
    fn a_package_by_hand_is_refused() {
        let page = files(&["index.html", "sw.js", "qcow2-stream/index.js"]);
        let error = assemble(page, files(&["index.js"])).unwrap_err();
        assert!(error.to_string().starts_with("qcow2-stream/index.js is there twice"), "{error}");
    }
}
