//! The first pass over the source.

use core::convert::Infallible;
use core::ops::{ControlFlow, Range};

use super::{front, read_exact, widen};
use crate::allocation::AllocationMap;
use crate::error::Error;
use crate::geometry::ClusterSize;
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
    let cluster_size = options.cluster_size;
    let map = match options.data_file {
        Some(DataFile { raw: true, .. }) => AllocationMap::new(cluster_size, size),
        _ => scan_part(source, cluster_size, size, 0..size, buffer, progress)?,
    };
    Ok(Layout::plan(options, map)?)
}

/// Learns which clusters of a part of the source hold data; `range` is in bytes. What lies outside counts as a hole.
/// Several readers of one source can so share the work: parts that begin and end with clusters have maps that follow
/// one another, to be joined by [`AllocationMap::append`].
///
/// # Errors
/// [`Error`], never that of a sink.
pub fn scan_range<S: ReadAt + ?Sized>(
    source: &mut S,
    cluster_size: ClusterSize,
    range: Range<u64>,
    buffer: &mut [u8],
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<AllocationMap, Error<S::Error>> {
    if buffer.is_empty() {
        return Err(Error::NoBuffer);
    }
    let size = source.size().map_err(|error| Error::Source { offset: 0, error })?;
    scan_part(source, cluster_size, size, range, buffer, progress)
}

/// [`scan_range`] of a source whose size is known.
fn scan_part<S: ReadAt + ?Sized>(
    source: &mut S,
    cluster_size: ClusterSize,
    size: u64,
    range: Range<u64>,
    buffer: &mut [u8],
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<AllocationMap, Error<S::Error>> {
    let end = range.end.min(size);
    let probing = cluster_size.bytes() >= PROBED_CLUSTER;
    let mut scanner = Scanner::new(cluster_size, size);
    scanner.hole(range.start.min(end))?;
    let mut pass = Pass { source, scanner, size, end, probing, zeros: false, buffer, progress };
    pass.run()?;
    pass.scanner.hole(size.saturating_sub(pass.scanner.position()))?;
    Ok(pass.scanner.finish()?)
}

/// The next part of `range` that may hold data, empty at its end if there is none.
///
/// # Errors
/// [`Error::Source`].
pub fn next_data<S: ReadAt + ?Sized>(
    source: &mut S,
    range: Range<u64>,
) -> Result<Range<u64>, Error<S::Error>> {
    let offset = range.start;
    let data = source.next_data(offset).map_err(|error| Error::Source { offset, error })?;
    let Some(data) = data else {
        return Ok(range.end..range.end);
    };
    // An answer that makes no sense must not hide data.
    if data.is_empty() || data.end <= offset {
        return Ok(range);
    }
    Ok(data.start.clamp(offset, range.end.max(offset))..data.end.min(range.end))
}

/// The pass under way.
struct Pass<'a, S: ?Sized, P> {
    source: &'a mut S,
    scanner: Scanner,
    /// The size of the source in bytes.
    size: u64,
    /// Where the part to scan ends.
    end: u64,
    /// Whether clusters are large enough to look at their fronts first.
    probing: bool,
    /// Whether the bytes read last were zeros. More of them are likely, and a look at the front would be for nothing.
    zeros: bool,
    buffer: &'a mut [u8],
    progress: P,
}

impl<S: ReadAt + ?Sized, P: FnMut(Progress) -> ControlFlow<()>> Pass<'_, S, P> {
    fn run(&mut self) -> Result<(), Error<S::Error>> {
        self.report()?;
        while self.scanner.position() < self.end {
            let data = next_data(self.source, self.scanner.position()..self.end)?;
            self.scanner.hole(data.start.saturating_sub(self.scanner.position()))?;
            self.scan_data(data.end)?;
            self.report()?;
        }
        Ok(())
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

    /// Looks at the front of the cluster if that promises something and is cheap to have. Whether that decided it.
    fn probe(&mut self, end: u64) -> Result<bool, Error<S::Error>> {
        let offset = self.scanner.position();
        let stride = self.scanner.cluster_size().bytes();
        if !self.probing || self.zeros || !offset.is_multiple_of(stride) {
            return Ok(false);
        }
        let buffer = front(self.buffer, end.saturating_sub(offset).min(widen(PROBE)));
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
        let before = self.scanner.allocated();
        let buffer = front(self.buffer, end.saturating_sub(offset));
        read_exact(self.source, self.size, offset, buffer)?;
        self.scanner.data(buffer)?;
        self.zeros = self.scanner.allocated() == before;
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
