//! The first pass over the source.

use core::convert::Infallible;
use core::ops::{ControlFlow, Range};

use super::{front, read_exact, widen};
use crate::allocation::AllocationMap;
use crate::error::Error;
use crate::io::ReadAt;
use crate::layout::Layout;
use crate::options::{DataFile, Options};
use crate::progress::{Phase, Progress};
use crate::scan::Scanner;

/// The front of a cluster that decides most clusters that hold data: a page.
const PROBE: usize = 4096;

/// Probing a smaller cluster would cost more calls than it saves bytes.
const PROBED_CLUSTER: u64 = 16 * 1024;

/// Reads the source once, holes excepted, and lays out its image. With a raw data file nothing is read.
///
/// # Errors
/// [`Error`], never that of a sink. What can be refused without reading is refused before.
pub fn scan<S: ReadAt + ?Sized>(
    source: &mut S,
    options: &Options,
    buffer: &mut [u8],
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Layout, Error<S::Error>> {
    if buffer.is_empty() {
        return Err(Error::NoBuffer);
    }
    let size = source.size().map_err(|error| Error::Source { offset: 0, error })?;
    options.check(size)?;
    if let Some(DataFile { raw: true, .. }) = options.data_file {
        return Ok(Layout::plan(options, AllocationMap::new(options.cluster_size, size))?);
    }
    let probing = options.cluster_size.bytes() >= PROBED_CLUSTER;
    let scanner = Scanner::new(options.cluster_size, size);
    let mut pass = Pass { source, scanner, size, probing, buffer, progress };
    pass.run()?;
    Ok(Layout::plan(options, pass.scanner.finish()?)?)
}

/// The pass under way.
struct Pass<'a, S: ?Sized, P> {
    source: &'a mut S,
    scanner: Scanner,
    size: u64,
    probing: bool,
    buffer: &'a mut [u8],
    progress: P,
}

impl<S: ReadAt + ?Sized, P: FnMut(Progress) -> ControlFlow<()>> Pass<'_, S, P> {
    fn run(&mut self) -> Result<(), Error<S::Error>> {
        self.report()?;
        while self.scanner.position() < self.size {
            let data = self.next_data()?;
            self.scanner.hole(data.start.saturating_sub(self.scanner.position()))?;
            self.scan_data(data.end)?;
            self.report()?;
        }
        Ok(())
    }

    /// The next range with data, empty at the end of the source if there is none.
    fn next_data(&mut self) -> Result<Range<u64>, Error<S::Error>> {
        let offset = self.scanner.position();
        let data = self.source.next_data(offset);
        let data = data.map_err(|error| Error::Source { offset, error })?;
        let Some(Range { start, end }) = data else {
            return Ok(self.size..self.size);
        };
        // An answer that makes no sense must not hide data.
        if start >= end || end <= offset {
            return Ok(offset..self.size);
        }
        Ok(start.clamp(offset, self.size)..end.min(self.size))
    }

    /// Reads as much of the source up to `end` as it takes to know its clusters.
    fn scan_data(&mut self, end: u64) -> Result<(), Error<S::Error>> {
        while self.scanner.position() < end {
            if self.scanner.skip_decided()? == 0 && !self.probe(end)? {
                self.read(end)?;
            }
        }
        Ok(())
    }

    /// Looks at the front of the cluster if that is cheap to have. Whether that decided it.
    fn probe(&mut self, end: u64) -> Result<bool, Error<S::Error>> {
        let offset = self.scanner.position();
        let stride = self.scanner.cluster_size().bytes();
        let at_front = offset.is_multiple_of(stride);
        if !self.probing || !at_front {
            return Ok(false);
        }
        let length = end.saturating_sub(offset).min(widen(PROBE));
        let buffer = front(self.buffer, length);
        let read = self.source.read_cached_at(offset, stride, buffer);
        let read = read.map_err(|error| Error::Source { offset, error })?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !crate::scan::is_zero(bytes)) else {
            return Ok(false);
        };
        self.scanner.data(bytes)?;
        self.report()?;
        Ok(true)
    }

    /// Reads a buffer full.
    fn read(&mut self, end: u64) -> Result<(), Error<S::Error>> {
        let offset = self.scanner.position();
        let buffer = front(self.buffer, end.saturating_sub(offset));
        read_exact(self.source, self.size, offset, buffer)?;
        self.scanner.data(buffer)?;
        self.report()
    }

    fn report(&mut self) -> Result<(), Error<S::Error>> {
        let bytes = self.scanner.position();
        let event = Progress { phase: Phase::Scan, bytes, total: self.size };
        match (self.progress)(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::<S::Error, Infallible>::Cancelled),
        }
    }
}
