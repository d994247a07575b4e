//! A planned image, and what a host can do with it.

use core::ops::Range;

use qcow2_stream::{Error, HostOffset, Layout, LayoutSummary, emit_range, read_image_at, scan};

use crate::checked::{Checked, Fault, Outlet};
use crate::choices::Choices;
use crate::failure::Failure;
use crate::host::{Sink, Source, Trouble, Watch};
use crate::memory::{buffer, room_for_header};

/// A planned image. It is bound to the source that it was made of, whose bytes it does not hold.
#[derive(Debug)]
pub struct Plan {
    layout: Layout,
    /// The length of the data file's name in bytes.
    name: usize,
}

impl Plan {
    /// Reads the source once, and plans its image.
    ///
    /// # Errors
    /// If an answer makes no sense, the source fails or changes, the options do not go with it, the host cancels,
    /// or there is no memory.
    pub fn new(
        source: &mut impl Source,
        choices: Choices<'_>,
        watch: &mut impl Watch,
    ) -> Result<Self, Failure> {
        let name = choices.data_file.map_or(0, <[u8]>::len);
        let options = choices.parse()?;
        let mut source = Checked::new(source);
        let layout = scan(&mut source, &options, &mut buffer()?, |p| watch.progress(p))
            .map_err(Error::with_sink)?;
        source.still_has(layout.source_size())?;
        Ok(Self { layout, name })
    }

    /// The exact length of the image in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.layout.image_size()
    }

    /// What the image comes to.
    #[must_use]
    pub fn summary(&self) -> LayoutSummary {
        self.layout.summary()
    }

    /// Writes the part of the image within `range`, as far as the image reaches: nothing from its end on.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and if the sink fails, or the range is reversed or begins behind the image's end. What
    /// the sink has then is no image.
    pub fn run(
        &self,
        range: Range<u64>,
        source: &mut impl Source,
        sink: &mut impl Sink,
        watch: &mut impl Watch,
    ) -> Result<(), Failure> {
        self.check(&range)?;
        let mut buffer = buffer()?;
        room_for_header(self.name)?;
        let mut source = Checked::new(source);
        // Before the first byte goes out, and after the last.
        source.still_has(self.layout.source_size())?;
        let hosts = HostOffset::new(range.start)..HostOffset::new(range.end);
        let progress = |p| watch.progress(p);
        emit_range(&self.layout, hosts, &mut source, &mut Outlet(sink), &mut buffer, progress)?;
        source.still_has(self.layout.source_size())
    }

    /// Fills the front of `bytes` with the image from `offset` on, and returns how many that are: all that fit, or
    /// what is left of the image.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and if the offset lies behind the image's end. What the bytes are then is no part of
    /// the image.
    pub fn read_at(
        &self,
        source: &mut impl Source,
        offset: u64,
        bytes: &mut [u8],
    ) -> Result<usize, Failure> {
        self.check(&(offset..u64::MAX))?;
        room_for_header(self.name)?;
        let mut source = Checked::new(source);
        let offset = HostOffset::new(offset);
        let read = read_image_at(&self.layout, &mut source, offset, bytes);
        let read = read.map_err(Error::with_sink)?;
        source.still_has(self.layout.source_size())?;
        Ok(read)
    }

    /// Refuses, before the host is asked for anything, what the core would refuse.
    fn check(&self, range: &Range<u64>) -> Result<(), Failure> {
        let (start, end, size) = (range.start, range.end, self.length());
        if start <= end && start <= size {
            return Ok(());
        }
        Err(Error::<Fault, Trouble>::Range { start, end, size }.into())
    }
}
