//! A host's source and sink as the core knows them. Counts are checked by the core, all else here.

use core::ops::Range;

use qcow2_stream::{ReadAt, Write};

use crate::code::Code;
use crate::failure::Failure;
use crate::host::{NextData, Sink, Source, Trouble};

/// What is wrong on the source's side, apart from its counts.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A read went wrong.
    Read(Trouble),
    /// The size could not be learned.
    Size(Trouble),
    /// The next data are nowhere.
    Range(Range<u64>),
}

/// A source whose answers are checked.
pub(crate) struct Checked<'a, S: ?Sized> {
    source: &'a mut S,
    /// What it said when it was first asked.
    size: Option<u64>,
}

impl<'a, S: Source + ?Sized> Checked<'a, S> {
    pub(crate) fn new(source: &'a mut S) -> Self {
        Self { source, size: None }
    }

    /// Asks for the size again.
    pub(crate) fn still_has(&mut self, size: u64) -> Result<(), Failure> {
        let now = self.source.size().map_err(|trouble| Failure::size(&trouble))?;
        if now == size {
            return Ok(());
        }
        Err(Failure::new(
            Code::SourceChanged,
            format_args!(
                "source: it had {size} bytes when it was planned and has {now} now; \
                 it must not change while it is read"
            ),
        ))
    }

    fn check(&self, offset: u64, range: Range<u64>) -> Result<Range<u64>, Fault> {
        let size = self.size.unwrap_or(u64::MAX);
        let sensible = range.start < range.end && range.end > offset && range.start < size;
        if sensible { Ok(range) } else { Err(Fault::Range(range)) }
    }
}

impl<S: Source + ?Sized> ReadAt for Checked<'_, S> {
    type Error = Fault;

    fn size(&mut self) -> Result<u64, Fault> {
        let size = self.source.size().map_err(Fault::Size)?;
        self.size = Some(size);
        Ok(size)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Fault> {
        self.source.read_at(offset, buffer).map_err(Fault::Read)
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Fault> {
        match self.source.next_data(offset).map_err(Fault::Read)? {
            NextData::Unknown => Ok(Some(offset..u64::MAX)),
            NextData::None => Ok(None),
            NextData::Range(range) => self.check(offset, range).map(Some),
        }
    }
}

/// A sink whose counts the core checks.
pub(crate) struct Outlet<'a, W: ?Sized>(pub(crate) &'a mut W);

impl<S: ReadAt + ?Sized, W: Sink + ?Sized> Write<S> for Outlet<'_, W> {
    type Error = Trouble;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Trouble> {
        self.0.write(bytes)
    }
}
