//! An image as the input.

use std::ops::Range;
use std::time::Duration;

use anyhow::Result;
use qcow2_stream::ReadAt;
use qcow2_stream_nbd::{Client, Settings};
use rustix::fd::{AsFd, BorrowedFd};

use super::socket::Door;
use super::{Daemon, Image, nodes};
use crate::progress::Listener;
use crate::source::SourceError;
use crate::system::nbd::{self, Error, NbdSource};
#[cfg(target_os = "linux")]
use crate::system::outlet::Outlet;

/// A disk that a daemon of its own decodes.
#[derive(Debug)]
pub(crate) struct ImageSource {
    // Its end is the goodbye to the daemon, so that it comes first.
    export: NbdSource,
    daemon: Daemon,
}

impl ImageSource {
    /// Starts a daemon, and connects to what it exports. How far it has got with the image is reported.
    pub(crate) fn open(image: &Image<'_>, listener: Listener<'_>) -> Result<Self> {
        let (mut daemon, door) = Daemon::start(image, listener)?;
        match connect(door) {
            Ok(export) => Ok(Self { export, daemon }),
            Err(error) => Err(daemon.explain(error).into()),
        }
    }

    /// Settles the size of the disk, in bytes, if the user gives one.
    pub(crate) fn set_size(&mut self, size: Option<u64>) -> Result<(), String> {
        self.export.set_size(size)
    }

    /// All files that it consists of.
    pub(crate) fn files(&self) -> Vec<BorrowedFd<'_>> {
        self.daemon.files.iter().map(|kept| kept.file.as_fd()).collect()
    }

    /// Why a write to one of its files may leave no trace, if that is known.
    pub(crate) fn blind_spot(&self) -> Option<&'static str> {
        self.daemon.files.iter().find_map(|kept| kept.stamp.blind_spot())
    }

    /// Makes sure that all files are as they were when they were opened.
    pub(crate) fn verify(&self) -> Result<(), SourceError> {
        self.daemon.verify()
    }

    /// Moves bytes of `range` to a pipe, from its beginning on, and returns how many, or 0 if they are to be read and
    /// written.
    #[cfg(target_os = "linux")]
    pub(crate) fn pass_on(
        &mut self,
        range: Range<u64>,
        outlet: &Outlet<'_>,
    ) -> Result<u64, SourceError> {
        let Self { export, daemon } = self;
        // A change must be known before these bytes go anywhere.
        let passed = export.pass_on(range, outlet, &mut || daemon.verify().is_ok());
        // It is still there, and explains a failure.
        self.verify()?;
        passed.map_err(|error| self.daemon.explain(error))
    }
}

impl Daemon {
    /// Makes sure that all files are as they were when they were opened.
    fn verify(&self) -> Result<(), SourceError> {
        for (index, kept) in self.files.iter().enumerate() {
            if let Some(change) = kept.change()? {
                let other = (index > 0).then(|| kept.path.clone());
                return Err(SourceError::Changed { other, change });
            }
        }
        Ok(())
    }

    /// What to say of an error: the daemon's last words, if it has ended or is as good as that.
    fn explain(&mut self, error: Error) -> SourceError {
        match error {
            Error::Read { .. } | Error::Refused(_) | Error::Stopped => SourceError::Nbd(error),
            error => SourceError::Daemon(super::Error(format!("{}: {error}", self.child.fate()))),
        }
    }
}

fn connect(door: Door) -> Result<NbdSource, Error> {
    // It may take as long as the disk that it reads, like a read of our own. That it ends is seen.
    let settings = Settings { timeout: Duration::MAX, ..nbd::settings() };
    let socket = door.connect(&settings)?;
    let client = Client::new(socket, nodes::DISK.as_bytes(), settings)?;
    Ok(NbdSource::new(client))
}

impl ReadAt for ImageSource {
    type Error = SourceError;

    fn size(&mut self) -> Result<u64, SourceError> {
        self.export.size().map_err(|error| self.daemon.explain(error))
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let read = self.export.read_at(offset, buffer);
        // A change explains a failure, and it must be known before these bytes go anywhere.
        self.verify()?;
        read.map_err(|error| self.daemon.explain(error))
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, SourceError> {
        self.export.next_data(offset).map_err(|error| self.daemon.explain(error))
    }

    fn read_cached_at(
        &mut self,
        offset: u64,
        stride: u64,
        buffer: &mut [u8],
    ) -> Result<usize, SourceError> {
        let read = self.export.read_cached_at(offset, stride, buffer);
        if read.is_err() {
            self.verify()?;
        }
        read.map_err(|error| self.daemon.explain(error))
    }
}
