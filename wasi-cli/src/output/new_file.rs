//! A file that appears under its name only when it is complete.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, BorrowedFd};
use tempfile::{Builder, TempPath};

use super::target;
use crate::system::{permissions, unnamed};

/// How often something may take the name of the file while it is given.
const TRIES: usize = 16;

/// What a file has of the one that it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Owner, group, mode and access control list; or it replaces none.
    All,
    /// Nothing: it is open to nobody but the user who runs the program.
    Nothing,
}

/// A file in the folder where it will appear.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: File,
    /// The name that it has until it is complete, if the file system knows no files without one. It is removed
    /// unless the file is completed.
    partial: Option<TempPath>,
    /// What it will become.
    path: PathBuf,
    /// Whether something had that name when this began.
    replaces: bool,
}

impl NewFile {
    /// Makes an empty file. If it will replace another, nobody else may open it: who may is settled at the end.
    pub(super) fn create(path: PathBuf, replaces: bool) -> io::Result<Self> {
        // If it isn't there, this error says so without the name of the temporary file.
        fs::metadata(folder(&path))?;
        if let Some(file) = unnamed::create(folder(&path), replaces) {
            return Ok(Self { file, partial: None, path, replaces });
        }
        let mut builder = builder();
        if !replaces {
            permissions::ordinary(&mut builder);
        }
        let (file, partial) = builder.tempfile_in(folder(&path))?.into_parts();
        Ok(Self { file, partial: Some(partial), path, replaces })
    }

    /// What it will become.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name, and what it is to have of the file that has the name until then.
    pub(super) fn complete(mut self) -> io::Result<Kept> {
        for _ in 0..TRIES {
            let now = target::look(&self.path)?;
            let kept = match &now {
                Some(now) => permissions::copy(now, &self.path, &self.file)?,
                // What it would have of a file that is gone can't be known any more.
                None if self.replaces => Kept::Nothing,
                None => Kept::All,
            };
            match self.appear(now.is_some()) {
                // Something has taken the name since it was looked at.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done.map(|()| kept),
            }
        }
        Err(io::Error::other("something takes its name again and again"))
    }

    fn appear(&mut self, replaces: bool) -> io::Result<()> {
        if self.partial.is_none() && !replaces {
            return unnamed::name(&self.file, &self.path);
        }
        let partial = match self.partial.take() {
            Some(partial) => partial,
            // Only a file with a name can take the place of another.
            None => {
                let named = |path: &Path| unnamed::name(&self.file, path);
                builder().make_in(folder(&self.path), named)?.into_temp_path()
            }
        };
        partial.persist(&self.path).map_err(|error| error.error)
    }
}

impl AsFd for NewFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// How a file is named that is not complete.
fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".qcow2-to-stdout-").suffix(".partial");
    builder
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}
