//! Stage 3: the image in file order, as pieces that say where their bytes come from.

use core::ops::Range;

use crate::address::{GuestCluster, GuestOffset, HostOffset};
use crate::index_set::Runs;
use crate::layout::Layout;

/// A piece of the image. Lengths are in bytes and never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Metadata, to be had from [`Layout::encode_metadata`].
    Metadata {
        /// Where in the image it lies.
        offset: HostOffset,
        /// How long it is.
        length: u64,
    },
    /// Bytes of the source.
    Guest {
        /// Where in the source they begin.
        offset: GuestOffset,
        /// How many they are.
        length: u64,
    },
    /// Zeros: what the last guest cluster has beyond the end of the source.
    Zeros {
        /// How many they are.
        length: u64,
    },
}

impl Segment {
    /// How long the piece is, in bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        match self {
            Self::Metadata { length, .. } | Self::Guest { length, .. } | Self::Zeros { length } => {
                *length
            }
        }
    }
}

/// The segments of an image, or of a range of it, in file order. See [`Layout::segments`].
#[derive(Clone, Debug)]
pub struct Segments<'a> {
    layout: &'a Layout,
    /// What is left of the range, in bytes of the image.
    range: Range<u64>,
    /// The run of guest clusters being walked: what is left of it, in bytes of the source.
    run: Range<u64>,
    /// The runs behind it, in clusters.
    runs: Runs<'a>,
}

impl<'a> Segments<'a> {
    pub(crate) fn new(layout: &'a Layout, range: Range<HostOffset>) -> Self {
        let range = range.start.get()..range.end.get().min(layout.image_size());
        let into_data = range.start.saturating_sub(layout.metadata_size());
        let size = layout.cluster_size().divisor();
        let end = layout.allocation().end().get();
        let first = layout.allocation().select(into_data / size);
        let runs = layout.allocation().index_runs(first.map_or(end, GuestCluster::get)..end);
        let mut segments = Self { layout, range, run: 0..0, runs };
        segments.next_run();
        segments.run.start = segments.run.start.saturating_add(into_data % size);
        segments
    }

    fn next_run(&mut self) {
        let size = self.layout.cluster_size().bytes();
        let run = self.runs.next().unwrap_or_default();
        self.run = run.start.saturating_mul(size)..run.end.saturating_mul(size);
    }

    /// The next piece, from the beginning of the range.
    fn segment(&mut self) -> Segment {
        let left = self.range.end.saturating_sub(self.range.start);
        let metadata = self.layout.metadata_size().saturating_sub(self.range.start);
        if metadata > 0 {
            let offset = HostOffset::new(self.range.start);
            return Segment::Metadata { offset, length: metadata.min(left) };
        }
        if self.run.is_empty() {
            self.next_run();
        }
        let length = self.run.end.saturating_sub(self.run.start).min(left);
        let source = self.layout.source_size().saturating_sub(self.run.start);
        if source == 0 {
            return Segment::Zeros { length };
        }
        let offset = GuestOffset::new(self.run.start);
        let length = length.min(source);
        self.run.start = self.run.start.saturating_add(length);
        Segment::Guest { offset, length }
    }
}

impl Iterator for Segments<'_> {
    type Item = Segment;

    fn next(&mut self) -> Option<Segment> {
        if self.range.is_empty() {
            return None;
        }
        let segment = self.segment();
        // Only a bug could make an empty piece; ending early is then found by the count of bytes.
        if segment.length() == 0 {
            self.range.start = self.range.end;
            return None;
        }
        self.range.start = self.range.start.saturating_add(segment.length());
        Some(segment)
    }
}
