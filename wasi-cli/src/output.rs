//! Where the image goes: standard output, or a file that appears only when it is complete.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::fstat;
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::source::FileSource;
use crate::stdout;

/// The output, open for writing.
#[derive(Debug)]
pub(crate) enum Output {
    /// Standard output.
    Stdout,
    /// A file beside the one that it will become.
    File {
        /// What has been written so far. It removes itself unless it is kept.
        partial: NamedTempFile,
        /// What it will become.
        path: PathBuf,
    },
}

impl Output {
    /// Opens the file, or standard output if none is named.
    pub(crate) fn open(path: Option<&Path>, input: &FileSource) -> Result<Self, Failure> {
        let Some(path) = path else {
            stdout::check_image()?;
            let output = Self::Stdout;
            refuse_input(&output, input, stdout::NAME)?;
            stdout::widen_pipe();
            return Ok(output);
        };
        Self::file(path, input).map_err(|error| Failure::sink(&name(path), error))
    }

    fn file(path: &Path, input: &FileSource) -> io::Result<Self> {
        let (path, mode) = target(path, input)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let partial = tempfile::Builder::new()
            .prefix(".qcow2-to-stdout-")
            .suffix(".partial")
            .permissions(Permissions::from_mode(mode.unwrap_or(0o666)))
            .tempfile_in(folder.unwrap_or(Path::new(".")))?;
        if let Some(mode) = mode {
            // Those above have lost what the umask takes away.
            partial.as_file().set_permissions(Permissions::from_mode(mode))?;
        }
        Ok(Self::File { partial, path })
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdout => stdout::NAME.to_owned(),
            Self::File { path, .. } => name(path),
        }
    }

    /// Makes the complete image appear under its name.
    pub(crate) fn complete(self) -> Result<(), Failure> {
        match self {
            Self::Stdout => Ok(()),
            Self::File { partial, path } => match partial.persist(&path) {
                Ok(_) => Ok(()),
                Err(error) => Err(Failure::sink(&name(&path), error.error)),
            },
        }
    }
}

impl AsFd for Output {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Stdout => rustix::stdio::stdout(),
            Self::File { partial, .. } => partial.as_file().as_fd(),
        }
    }
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// The file that is to be made or replaced, links followed, and the mode it has if it is there.
fn target(path: &Path, input: &FileSource) -> io::Result<(PathBuf, Option<u32>)> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((path.to_owned(), None));
        }
        Err(error) => return Err(error),
    };
    let kind = metadata.file_type();
    if kind.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    if !kind.is_file() {
        let what = if kind.is_fifo() { "a pipe" } else { "a device or socket" };
        return Err(io::Error::other(format!(
            "it is {what}, which cannot be replaced by a file; redirect standard output to it instead"
        )));
    }
    let stat = fstat(input)?;
    if (metadata.dev(), metadata.ino()) == (stat.st_dev, stat.st_ino) {
        return Err(io::Error::other("it is the input; nothing was written"));
    }
    Ok((fs::canonicalize(path)?, Some(metadata.mode() & 0o7777)))
}

/// Makes sure that an open output is not the file that is being read.
fn refuse_input(output: impl AsFd, input: &FileSource, name: &str) -> Result<(), Failure> {
    let id = |stat: rustix::fs::Stat| (stat.st_dev, stat.st_ino);
    let output = fstat(output).map_err(|error| Failure::sink(name, io::Error::from(error)))?;
    let input = fstat(input).map_err(|error| Failure::sink(name, io::Error::from(error)))?;
    if id(output) == id(input) {
        return Err(Failure::usage(format_args!(
            "{name} is the input file itself; write elsewhere"
        )));
    }
    Ok(())
}
