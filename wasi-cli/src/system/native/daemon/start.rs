//! What a daemon is started with.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
#[cfg(target_os = "linux")]
use rustix::fd::AsRawFd;
use rustix::fs::{FileType, fstat};

use super::child::Child;
use super::files::Kept;
#[cfg(target_os = "linux")]
use super::proc;
use super::socket::{self, Door};
use super::{Image, program};
use crate::failure::Scarcity;
use crate::kind;
use crate::shown::shown;

/// A daemon that is yet to be started, its files checked.
#[derive(Debug)]
pub(super) struct Start {
    program: PathBuf,
    /// The input, opened before anything else reads it.
    pub(super) input: Kept,
    /// QEMU's driver for the input: for a file, or for a block device.
    pub(super) driver: &'static str,
    /// The folder of the input, where the daemon works: the names that an image has for others start from there.
    pub(super) folder: PathBuf,
    /// The input, seen from there.
    seen: PathBuf,
    /// What else may be read: real paths.
    pub(super) allowed: Vec<PathBuf>,
    /// Whether the kernel will confine the daemon.
    #[cfg(target_os = "linux")]
    is_confined: bool,
}

impl Start {
    /// Opens the input, and finds everything else.
    pub(super) fn new(image: &Image<'_>) -> Result<Self> {
        let input = Kept::input(image.path)?;
        let driver = driver(&input)?;
        let Some(name) = image.path.file_name() else {
            bail!("its path does not end with a name");
        };
        Ok(Self {
            program: program::find()?,
            input,
            driver,
            folder: image.path.parent().unwrap_or(Path::new("")).to_owned(),
            // With a folder before it, nothing in the name can be taken for a protocol.
            seen: Path::new(".").join(name),
            allowed: image.allowed.iter().map(real).collect::<Result<_>>()?,
            #[cfg(target_os = "linux")]
            is_confined: super::sandbox::is_available(),
        })
    }

    /// The input, as QEMU is to call it.
    pub(super) fn name(&self) -> &str {
        self.seen.to_str().unwrap_or(WITHOUT_NAME)
    }

    fn folder_or_here(&self) -> &Path {
        if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder }
    }

    /// Starts the daemon. Whatever it lacks of what it needs shows when one talks to it.
    pub(super) fn spawn(&self) -> Result<(Child, UnixStream, Door)> {
        let made = socket::listening().map_err(Scarcity::or_error);
        let (listener, door) = made.context("cannot make a socket")?;
        let made = UnixStream::pair().map_err(Scarcity::or_error);
        let (ours, theirs) = made.context("cannot make a socket")?;
        let mut command = self.command()?;
        command
            .current_dir(self.folder_or_here())
            .stdin(OwnedFd::from(listener))
            .stdout(OwnedFd::from(theirs));
        let child = Child::spawn(&mut command).map_err(Scarcity::or_error);
        let child = child.with_context(|| format!("cannot start {}", shown(&self.program)))?;
        // With the command goes this process's end of what the daemon was given.
        Ok((child, ours, door))
    }

    #[cfg(target_os = "linux")]
    fn command(&self) -> Result<Command> {
        let guard = super::guard::Guard {
            program: &self.program,
            confine: self.is_confined,
            input: &proc::own()?.join("fd").join(self.input.file.as_raw_fd().to_string()),
            name: self.seen.as_os_str(),
            allowed: &self.allowed,
        };
        Ok(guard.command())
    }

    #[cfg(not(target_os = "linux"))]
    fn command(&self) -> Result<Command> {
        if self.seen.to_str().is_none() {
            bail!("its name is not UTF-8; give it another one");
        }
        let mut command = Command::new(&self.program);
        super::command::complete(&mut command);
        Ok(command)
    }
}

#[cfg(target_os = "linux")]
use super::guard::INPUT_NAME as WITHOUT_NAME;

/// Such an input is refused here.
#[cfg(not(target_os = "linux"))]
const WITHOUT_NAME: &str = "";

fn driver(input: &Kept) -> Result<&'static str> {
    match kind::of(&fstat(&input.file)?) {
        FileType::RegularFile => Ok("file"),
        FileType::BlockDevice => Ok("host_device"),
        kind => bail!(
            "it is {}; an image must be a regular file or a block device",
            kind::in_words(kind)
        ),
    }
}

fn real(path: &PathBuf) -> Result<PathBuf> {
    fs::canonicalize(path).with_context(|| format!("cannot allow {}", shown(path)))
}
