//! The files that a disk consists of: which they may be, and that they stay as they are.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::nodes::{self, Node, Origin};
use super::opened::{Found, Opened};
use super::refusal::{REPLACED, guessed, not_allowed, seen_from_here};
use crate::settle;
use crate::shown::{self, shown};
use crate::stamp::{Change, Stamp};
use crate::system::disk;

/// A file that must stay as it was when it was opened.
#[derive(Debug)]
pub(super) struct Kept {
    /// QEMU's node that reads it.
    pub(super) node: String,
    /// What messages call it.
    pub(super) path: PathBuf,
    /// The file, open.
    pub(super) file: File,
    /// What it looked like when it was opened.
    pub(super) stamp: Stamp,
}

impl Kept {
    /// Opens the input, and looks at it.
    pub(super) fn input(path: &Path) -> io::Result<Self> {
        Self::new(nodes::FILE, path.to_owned(), disk::open(path, true)?)
    }

    fn new(node: &str, path: PathBuf, file: File) -> io::Result<Self> {
        let stamp = settle::first_look(&file)?;
        Ok(Self { node: node.to_owned(), path, file, stamp })
    }

    /// How long it was, in bytes, if that can be told.
    pub(super) fn size(&self) -> u64 {
        self.stamp.size.unwrap_or(0)
    }

    /// Where it ended when it was opened, in bytes. A block device may not tell.
    pub(super) fn end(&self) -> u64 {
        self.stamp.size.unwrap_or(u64::MAX)
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
    /// The input.
    pub(super) input: &'a Kept,
    /// What else is allowed: files and folders, by real paths.
    pub(super) allowed: &'a [PathBuf],
}

impl Permission<'_> {
    /// The files besides the input that the disk consists of. An error if it is not to consist of them, if QEMU had to guess
    /// what is in one, or if the daemon has anything else open.
    pub(super) fn check(&self, nodes: &[Node], mut opened: Opened) -> Result<Vec<Kept>> {
        let mut names = Vec::new();
        for node in nodes {
            if let Some(name) = node.guessed_backing() {
                bail!(guessed(&seen_from_here(self.folder, name)));
            }
            match node.origin() {
                Origin::Format => {}
                Origin::File(_) if node.name == nodes::FILE => {}
                Origin::File(name) => names.push((node, name)),
                Origin::Elsewhere => bail!(elsewhere(node)),
            }
        }
        if !opened.take_input(self.input)? {
            bail!(REPLACED);
        }
        // Those with names first, so that it is known what the others are.
        names.sort_by_key(|(_, name)| name.contains(char::REPLACEMENT_CHARACTER));
        let others = names.into_iter().map(|(node, name)| self.other(node, name, &mut opened));
        let others = others.collect::<Result<_>>()?;
        match opened.unknown()? {
            Some(path) => bail!("the daemon has opened {}, and does not say why", shown(&path)),
            None => Ok(others),
        }
    }

    /// The file of a node: what the daemon has open, not what its name means here.
    fn other(&self, node: &Node, name: &str, opened: &mut Opened) -> Result<Kept> {
        let path = seen_from_here(self.folder, name);
        let found = match opened.take_named(&path) {
            // A name that QEMU can't say in JSON.
            Err(error) if is_unsaid(name, &error) => opened.take_last(),
            found => found,
        };
        let cannot = || format!("cannot read {}", shown(&path));
        let Some(Found { file, real }) = found.with_context(cannot)? else {
            bail!(another(&path));
        };
        if !self.allowed.iter().any(|allowed| real.starts_with(allowed)) {
            bail!(not_allowed(&path));
        }
        Kept::new(&node.name, path.clone(), file).with_context(cannot)
    }
}

/// Whether nothing is found under a name because QEMU could not say it.
fn is_unsaid(name: &str, error: &io::Error) -> bool {
    name.contains(char::REPLACEMENT_CHARACTER) && error.kind() == io::ErrorKind::NotFound
}

/// What to say where a name leads to a file that the daemon has not opened.
fn another(path: &Path) -> String {
    format!(
        "it names {}, by which QEMU has opened another file than is found there: it was replaced meanwhile, or the name \
         does not mean the same to every program; convert it again, or name the file itself in the image",
        shown(path)
    )
}

fn elsewhere(node: &Node) -> String {
    let (name, driver) = (shown::text(&node.file), shown::text(&node.driver));
    format!("it names {name}, which is not a local file ({driver}); only those are read")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;
    use std::process::{Command, Stdio};

    struct Place {
        folder: tempfile::TempDir,
        allowed: Vec<PathBuf>,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("base")).unwrap();
            for name in ["disk", "base/disk", "based"] {
                fs::write(folder.path().join(name), name).unwrap();
            }
            Self { folder, allowed: Vec::new() }
        }

        fn allow(mut self, name: &str) -> Self {
            self.allowed.push(self.folder.path().canonicalize().unwrap().join(name));
            self
        }

        /// Checks a disk that consists of the input and other nodes, where a process has these files open.
        fn check(&self, driver: &str, names: &[&str], open: &[&str]) -> Result<Vec<String>> {
            let folder = self.folder.path();
            let input = Kept::input(&folder.join("disk")).unwrap();
            let permission = Permission { folder, input: &input, allowed: &self.allowed };
            let node = |name: &str, driver: &str, file: &str| {
                let text = format!(
                    r#"{{"node-name": "{name}", "drv": "{driver}", "file": "{file}", "image": {{}}}}"#
                );
                serde_json::from_str(&text).unwrap()
            };
            let others = names.iter().map(|name| node(name, driver, name));
            let nodes = others.chain([node("file", "file", "./disk")]).collect::<Vec<_>>();
            let mut process = with_open(folder, open);
            let others = permission.check(&nodes, Opened::by(process.id()).unwrap());
            drop(process.stdin.take());
            process.wait().unwrap();
            let text = |mut kept: Kept| {
                let mut text = String::new();
                kept.file.read_to_string(&mut text).map(|_| text)
            };
            Ok(others?.into_iter().map(text).collect::<io::Result<_>>()?)
        }
    }

    /// A process that has files open, and ends when its standard input does.
    fn with_open(folder: &Path, names: &[&str]) -> std::process::Child {
        let opening = names.iter().zip(3..).map(|(name, at)| format!("{at}<'{name}' "));
        let script = format!("exec {}; echo up; read end", opening.collect::<String>());
        let mut command = Command::new("sh");
        command.args(["-c", &script]).current_dir(folder);
        // The standard error of the tests may be a file, which would be one more.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        process.stdout.as_mut().unwrap().read_exact(&mut [0; 3]).unwrap();
        process
    }

    #[test]
    fn a_file_is_allowed_by_its_own_name_or_its_folders() {
        for allowed in ["base/disk", "base"] {
            let place = Place::new().allow(allowed);
            let others = place.check("file", &["./base/disk"], &["disk", "base/disk"]).unwrap();
            assert_eq!(others, ["base/disk"]);
            for name in ["based", "./base/../based"] {
                let refused = place.check("file", &[name], &["disk", "based"]).unwrap_err();
                assert!(refused.to_string().contains("--allow"), "{refused}");
            }
        }
    }

    #[test]
    fn what_is_not_allowed_is_refused_and_named() {
        let error = Place::new().check("file", &["base/disk"], &["disk", "base/disk"]);
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("base/disk, whose contents") && error.contains("--allow"),
            "{error}"
        );
    }

    #[test]
    fn a_name_that_leads_elsewhere_in_the_daemon_is_refused() {
        let place = Place::new().allow("base");
        let error = place.check("file", &["base/disk"], &["disk", "based"]).unwrap_err();
        assert!(error.to_string().contains("QEMU has opened another file"), "{error}");
        // Two nodes can't stand for one descriptor, and so hide another.
        let names = ["base/disk", "./base/disk"];
        assert!(place.check("file", &names, &["disk", "base/disk", "based"]).is_err());
        assert_eq!(
            place.check("file", &names, &["disk", "base/disk", "base/disk"]).unwrap().len(),
            2
        );
    }

    #[test]
    fn an_input_that_the_daemon_has_not_opened_is_refused() {
        let error = Place::new().allow("").check("file", &[], &["based"]).unwrap_err();
        assert!(error.to_string().contains("replaced while it was opened"), "{error}");
    }

    #[test]
    fn a_file_that_no_node_reads_is_refused() {
        let error = Place::new().allow("").check("file", &[], &["disk", "based"]).unwrap_err();
        assert!(error.to_string().contains("based, and does not say why"), "{error}");
    }

    #[test]
    fn a_name_that_cannot_be_said_is_that_of_the_file_that_is_left() {
        let place = Place::new().allow("base");
        let open = ["disk", "base/disk"];
        assert_eq!(place.check("file", &["\u{fffd}"], &open).unwrap(), ["base/disk"]);
        assert!(place.check("file", &["\u{fffd}"], &["disk", "based"]).is_err());
        assert!(place.check("file", &["\u{fffd}"], &["disk"]).is_err());
        assert!(place.check("file", &["gone"], &open).is_err());
        let open = ["disk", "base/disk", "base/disk"];
        assert!(place.check("file", &["\u{fffd}", "\u{fffd}b"], &open).is_err());
        let others = place.check("file", &["\u{fffd}", "base/disk"], &open);
        assert_eq!(others.unwrap(), ["base/disk", "base/disk"]);
    }

    #[test]
    fn what_is_not_a_local_file_is_refused() {
        let error = Place::new().allow("").check("nbd", &["nbd://h\\u0007"], &["disk"]);
        let error = error.unwrap_err().to_string();
        assert!(error.contains("nbd://h\\u{7}, which is not a local file (nbd)"), "{error}");
    }
}
