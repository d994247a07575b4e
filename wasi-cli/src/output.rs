//! Where the image goes: standard output, or a file that appears only when it is complete.

mod identity;
mod new_file;
mod target;

use std::io;
use std::path::Path;

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::fstat;

use crate::failure::Failure;
use crate::input::Input;
use crate::shown::shown;
use crate::stdout;
use crate::system::stream;
use new_file::NewFile;

pub(crate) use new_file::Kept;
pub(crate) use target::Link;

/// The output, open for writing.
#[derive(Debug)]
pub(crate) enum Output {
    /// Standard output.
    Stdout,
    /// A file that is to appear.
    File(NewFile),
}

impl Output {
    /// Opens the file, or standard output if none is named. `source` is the path of the input.
    pub(crate) fn open(path: Option<&Path>, input: &Input, source: &Path) -> Result<Self, Failure> {
        let Some(path) = path else {
            stdout::check_image()?;
            let output = Self::Stdout;
            let stat = fstat(&output).map_err(io::Error::from);
            let stat = stat.map_err(|error| Failure::sink(stdout::NAME, error))?;
            identity::refuse_input(&stat, input, source, stdout::NAME)?;
            stream::widen_stdout();
            return Ok(output);
        };
        let failed = |error| Failure::sink(&shown(path), error);
        let target = target::follow(path).map_err(failed)?;
        let replaced = target::look(&target).map_err(failed)?;
        if let Some(replaced) = &replaced {
            identity::refuse_input(replaced, input, source, &shown(path))?;
            target::check_replaceable(&target).map_err(failed)?;
        }
        NewFile::create(target, replaced.is_some()).map(Self::File).map_err(failed)
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdout => stdout::NAME.to_owned(),
            Self::File(file) => shown(file.path()),
        }
    }

    /// Makes sure that there is room for `size` bytes, where that can be known.
    pub(crate) fn reserve(&self, size: u64) -> Result<(), Failure> {
        match self {
            Self::Stdout => Ok(()),
            Self::File(file) => stream::reserve(file, size).map_err(|error| {
                let what = format!("there is no room for {size} bytes");
                Failure::sink(&self.name(), anyhow::Error::new(error).context(what))
            }),
        }
    }

    /// Makes the complete image appear under its name. What it has of the file that it replaces.
    pub(crate) fn complete(self) -> Result<Kept, Failure> {
        let name = self.name();
        match self {
            Self::Stdout => Ok(Kept::All),
            Self::File(file) => file.complete().map_err(|error| Failure::sink(&name, error)),
        }
    }
}

impl AsFd for Output {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Stdout => rustix::stdio::stdout(),
            Self::File(file) => file.as_fd(),
        }
    }
}
