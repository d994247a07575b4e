//! Where the image goes: standard output, or a file that appears only when it is complete.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{FileType, Stat, fstat, stat};
use rustix::io::Errno;
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::input::Input;
use crate::kind;
use crate::shown::shown;
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
    /// Opens the file, or standard output if none is named. `source` is the path of the input.
    pub(crate) fn open(path: Option<&Path>, input: &Input, source: &Path) -> Result<Self, Failure> {
        let Some(path) = path else {
            stdout::check_image()?;
            let output = Self::Stdout;
            let stat = fstat(&output).map_err(io::Error::from);
            let stat = stat.map_err(|error| Failure::sink(stdout::NAME, error))?;
            refuse_input(&stat, input, source, stdout::NAME)?;
            stream::widen_stdout();
            return Ok(output);
        };
        let replaced = replaced(path).map_err(|error| Failure::sink(&shown(path), error))?;
        if let Some(replaced) = &replaced {
            refuse_input(replaced, input, source, &shown(path))?;
        }
        let file = follow(path).and_then(|target| Self::file(target, replaced.as_ref()));
        file.map_err(|error| Failure::sink(&shown(path), error))
    }

    fn file(path: PathBuf, replaced: Option<&Stat>) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        // If it isn't there, this error says so without the name of the temporary file.
        fs::metadata(folder)?;
        let mut builder = tempfile::Builder::new();
        let builder = permissions::of_new_file(&mut builder, replaced);
        let builder = builder.prefix(".qcow2-to-stdout-").suffix(".partial");
        let partial = builder.tempfile_in(folder)?;
        if let Some(replaced) = replaced {
            permissions::copy(replaced, partial.as_file())?;
        }
        Ok(Self::File { partial, path })
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdout => stdout::NAME.to_owned(),
            Self::File { path, .. } => shown(path),
        }
    }

    /// Makes sure that there is room for `size` bytes, where that can be known.
    pub(crate) fn reserve(&self, size: u64) -> Result<(), Failure> {
        match self {
            Self::Stdout => Ok(()),
            Self::File { partial, .. } => {
                stream::reserve(partial.as_file(), size).map_err(|error| {
                    let what = anyhow::Error::new(error)
                        .context(format!("there is no room for {size} bytes"));
                    Failure::sink(&self.name(), what)
                })
            }
        }
    }

    /// Makes the complete image appear under its name.
    pub(crate) fn complete(self) -> Result<(), Failure> {
        match self {
            Self::Stdout => Ok(()),
            Self::File { partial, path } => match partial.persist(&path) {
                Ok(_) => Ok(()),
                Err(error) => Err(Failure::sink(&shown(&path), error.error)),
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

/// The file that a path leads to, through links, be it there or not. A link is not to be replaced.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(target) = fs::read_link(&path) else {
            return Ok(path);
        };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(io::Error::other("too many links, one leading to the next"))
}

/// How many links may lead one to the next: as many as Linux follows.
const LINKS: usize = 40;

/// The file that is to be replaced, if there is one.
fn replaced(path: &Path) -> io::Result<Option<Stat>> {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(io::Error::other("the name of a file is missing after the last /"));
    }
    let stat = match stat(path) {
        Err(Errno::NOENT) => return Ok(None),
        stat => stat?,
    };
    let kind = kind::of(&stat);
    if kind == FileType::RegularFile {
        return Ok(Some(stat));
    }
    let kind = kind::in_words(kind);
    let help = "only a regular file can be replaced; otherwise redirect standard output to it";
    Err(io::Error::other(format!("it is {kind}; {help}")))
}

/// Makes sure that the output is none of the files that are being read.
fn refuse_input(output: &Stat, input: &Input, source: &Path, name: &str) -> Result<(), Failure> {
    for (index, file) in input.files().into_iter().enumerate() {
        let file = fstat(file).map_err(|error| Failure::source(source, io::Error::from(error)))?;
        if id(output) == id(&file) {
            let what =
                if index == 0 { "the input file itself" } else { "a file that the input names" };
            return Err(Failure::usage(format_args!("{name} is {what}; write elsewhere")));
        }
    }
    Ok(())
}

/// What tells one file from another: a block device may have several names.
#[allow(clippy::unnecessary_cast)] // the types differ between systems
fn id(stat: &Stat) -> (u64, u64, u64) {
    if kind::of(stat) == FileType::BlockDevice {
        return (0, 0, stat.st_rdev as u64);
    }
    (stat.st_dev as u64, stat.st_ino as u64, 0)
}
