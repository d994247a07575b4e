//! Where the image goes: standard output, or a file that appears only when it is complete.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{Stat, fstat, stat};
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::source::FileSource;
use crate::stdout;
use crate::system::{permissions, stream};

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
            stream::widen_stdout();
            return Ok(output);
        };
        Self::file(path, input).map_err(|error| Failure::sink(&name(path), error))
    }

    fn file(path: &Path, input: &FileSource) -> io::Result<Self> {
        let (path, replaced) = target(path, input)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        let builder = permissions::ordinary(&mut builder);
        let builder = builder.prefix(".qcow2-to-stdout-").suffix(".partial");
        let partial = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
        if let Some(replaced) = replaced {
            permissions::copy(&replaced, partial.as_file())?;
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

/// The file that is to be made, or replaced if it is there, links followed.
fn target(path: &Path, input: &FileSource) -> io::Result<(PathBuf, Option<Metadata>)> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((path.to_owned(), None));
        }
        Err(error) => return Err(error),
    };
    if metadata.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    if !metadata.is_file() {
        let what =
            "it is no regular file, and cannot be replaced by one; redirect standard output to it";
        return Err(io::Error::other(what));
    }
    if id(&stat(path)?) == id(&fstat(input)?) {
        return Err(io::Error::other("it is the input"));
    }
    Ok((fs::canonicalize(path)?, Some(metadata)))
}

/// Makes sure that an open output is not the file that is being read.
fn refuse_input(output: impl AsFd, input: &FileSource, name: &str) -> Result<(), Failure> {
    let same = fstat(output).and_then(|output| Ok(id(&output) == id(&fstat(input)?)));
    if same.map_err(|error| Failure::sink(name, io::Error::from(error)))? {
        return Err(Failure::usage(format_args!(
            "{name} is the input file itself; write elsewhere"
        )));
    }
    Ok(())
}

/// What tells one file from another.
fn id(stat: &Stat) -> (u64, u64) {
    #[allow(clippy::useless_conversion, clippy::unnecessary_cast)]
    // the types differ between systems
    (stat.st_dev as u64, stat.st_ino as u64)
}
