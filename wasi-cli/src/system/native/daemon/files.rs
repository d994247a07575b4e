//! The files that a disk consists of: which they may be, and that they stay as they are.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::cut;
use super::nodes::{Node, Origin};
use super::refusal::{guessed, not_allowed, seen_from_here};
use crate::shown::{self, shown};
use crate::stamp::{Change, Stamp};
use crate::system::disk;

/// A file that must stay as it was when it was opened.
#[derive(Debug)]
pub(super) struct Kept {
    /// The path by which it was opened.
    pub(super) path: PathBuf,
    /// The file, open.
    pub(super) file: File,
    stamp: Stamp,
}

impl Kept {
    /// Opens a file, and looks at it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = disk::open(path, true)?;
        let stamp = Stamp::of(&file)?;
        Ok(Self { path: path.to_owned(), file, stamp })
    }

    /// What has changed since it was opened, if anything has.
    pub(super) fn change(&self) -> io::Result<Option<Change>> {
        Ok(self.stamp.compare(&Stamp::of(&self.file)?))
    }
}

/// Which files a disk may consist of.
#[derive(Debug)]
pub(super) struct Permission<'a> {
    /// The folder that QEMU's names are seen from.
    pub(super) folder: &'a Path,
    /// The input, as QEMU calls it.
    pub(super) input: &'a str,
    /// What else is allowed: files and folders, by real paths.
    pub(super) allowed: &'a [PathBuf],
    /// Whether the kernel sees to it, too.
    pub(super) is_enforced: bool,
}

impl Permission<'_> {
    /// The files besides the input that the disk consists of. An error if it is not to consist of them, or if QEMU
    /// had to guess what is in one.
    pub(super) fn check(&self, nodes: &[Node]) -> Result<Vec<Kept>> {
        let mut others = Vec::new();
        for node in nodes {
            if let Some(name) = node.guessed_backing() {
                bail!(guessed(&seen_from_here(self.folder, name)));
            }
            match node.origin() {
                Origin::Format => {}
                Origin::File(name) if name == self.input => {}
                Origin::File(name) => others.extend(self.other(name)?),
                Origin::Elsewhere => bail!(elsewhere(node)),
            }
        }
        Ok(others)
    }

    fn other(&self, name: &str) -> Result<Option<Kept>> {
        let path = seen_from_here(self.folder, name);
        let real = match fs::canonicalize(&path) {
            // A name that QEMU can't say in JSON. The kernel knows it.
            Err(_) if self.is_enforced => return Ok(None),
            real => real.with_context(|| format!("cannot read {}", shown(&path)))?,
        };
        if !self.allowed.iter().any(|allowed| real.starts_with(allowed)) {
            bail!(not_allowed(&path));
        }
        let kept = Kept::open(&path);
        Ok(Some(kept.with_context(|| format!("cannot read {}", shown(&path)))?))
    }
}

/// Makes sure that no image has been cut off, as far as that can be told.
pub(super) fn check_whole(
    nodes: &[Node],
    permission: &Permission<'_>,
    input: &Kept,
    others: &[Kept],
) -> Result<()> {
    for node in nodes {
        let path = seen_from_here(permission.folder, &node.file);
        let named = if node.file == permission.input { Some(input) } else { None };
        let Some(kept) = named.or_else(|| others.iter().find(|kept| kept.path == path)) else {
            continue;
        };
        let end = kept.stamp.size.unwrap_or(u64::MAX);
        let missing = cut::missing(&node.driver, &kept.file, end);
        let missing = missing.with_context(|| format!("cannot read {}", shown(&kept.path)))?;
        if let Some(offset) = missing {
            let name = shown(&kept.path);
            bail!(
                "{name} has been cut off: it ends at {end}, and has data at {offset}; get it whole"
            );
        }
    }
    Ok(())
}

fn elsewhere(node: &Node) -> String {
    let (name, driver) = (shown::text(&node.file), shown::text(&node.driver));
    format!("it names {name}, which is not a local file ({driver}); only those are read")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        folder: tempfile::TempDir,
        allowed: Vec<PathBuf>,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("base")).unwrap();
            fs::write(folder.path().join("base/disk"), "x").unwrap();
            fs::write(folder.path().join("based"), "x").unwrap();
            Self { folder, allowed: Vec::new() }
        }

        fn allow(mut self, name: &str) -> Self {
            self.allowed.push(self.folder.path().canonicalize().unwrap().join(name));
            self
        }

        /// Checks a disk that consists of the input and another node.
        fn check(&self, driver: &str, name: &str, is_enforced: bool) -> Result<Vec<PathBuf>> {
            let (folder, allowed) = (self.folder.path(), &self.allowed);
            let permission = Permission { folder, input: "./disk", allowed, is_enforced };
            let nodes = format!(
                r#"[{{"drv": "file", "file": "./disk", "image": {{}}}},
                {{"drv": "{driver}", "file": "{name}", "image": {{}}}}]"#
            );
            let nodes = serde_json::from_str::<Vec<Node>>(&nodes)?;
            Ok(permission.check(&nodes)?.into_iter().map(|kept| kept.path).collect())
        }
    }

    #[test]
    fn a_file_is_allowed_by_its_own_name_or_its_folders() {
        for allowed in ["base/disk", "base"] {
            let place = Place::new().allow(allowed);
            let others = place.check("file", "./base/disk", false).unwrap();
            assert_eq!(others, [place.folder.path().join("base/disk")]);
            assert!(place.check("file", "based", true).is_err(), "{allowed} allows based");
            assert!(place.check("file", "./base/../based", true).is_err());
        }
    }

    #[test]
    fn what_is_not_allowed_is_refused_and_named() {
        let error = Place::new().check("file", "base/disk", false).unwrap_err().to_string();
        assert!(
            error.contains("base/disk, whose contents") && error.contains("--allow"),
            "{error}"
        );
    }

    #[test]
    fn a_name_that_leads_nowhere_is_left_to_the_kernel_alone() {
        let place = Place::new();
        assert!(place.check("file", "\u{fffd}", true).unwrap().is_empty());
        assert!(place.check("file", "\u{fffd}", false).is_err());
    }

    #[test]
    fn what_is_not_a_local_file_is_refused() {
        let error = Place::new().allow("").check("nbd", "nbd://h\\u0007", true).unwrap_err();
        assert!(
            error.to_string().contains("nbd://h\\u{7}, which is not a local file (nbd)"),
            "{error}"
        );
    }
}
