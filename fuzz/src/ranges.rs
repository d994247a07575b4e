//! Any part of an image is that part of the whole, however it is asked for and whoever takes it.

use std::ops::Range;

use arbitrary::Unstructured;
use qcow2_stream::{Error, HostOffset, Layout, Segment, emit, emit_range, read_image_at, scan};
use qcow2_stream_tests::kit::go_on;

use crate::choice::{buffer, edge, has_good_name, options, skewed, within};
use crate::disk::{Failed, Fault, Sink, Source, disk};

/// An image, and what it was made of.
struct Whole<'a> {
    disk: &'a [u8],
    layout: &'a Layout,
    bytes: Vec<u8>,
}

/// Runs a case.
pub fn run(data: &[u8]) {
    let u = &mut Unstructured::new(data);
    let options = options(u, 14);
    let disk = disk(u);
    if !has_good_name(&options) {
        return;
    }
    let mut source = &disk[..];
    let layout = scan(&mut source, &options, &mut [0; 65_536], go_on).expect("nothing fails here");
    let mut bytes = Vec::new();
    emit(&layout, &mut source, &mut bytes, &mut [0; 65_536], go_on).expect("nothing fails here");
    assert_eq!(bytes.len() as u64, layout.image_size());
    let whole = Whole { disk: &disk, layout: &layout, bytes };
    for _ in 0..8 {
        let range = whole.range(u);
        whole.check_segments(range.clone());
        whole.check_emitted(range.clone(), u);
        whole.check_read(range.start, u);
    }
}

impl Whole<'_> {
    /// A part, which may reach past the image, or be empty or reversed.
    fn range(&self, u: &mut Unstructured<'_>) -> Range<u64> {
        let edges = [self.layout.metadata_size(), self.layout.image_size(), 512];
        edge(u, &edges)..edge(u, &edges)
    }

    /// What a part must be.
    fn part(&self, range: Range<u64>) -> &[u8] {
        let cut = |offset: u64| offset.min(self.bytes.len() as u64) as usize;
        self.bytes.get(cut(range.start)..cut(range.end)).unwrap_or_default()
    }

    fn check_segments(&self, range: Range<u64>) {
        let mut bytes = Vec::new();
        for segment in self.layout.segments_in(hosts(&range)) {
            let start = bytes.len();
            assert!(segment.length() > 0, "an empty segment");
            bytes.resize(start + segment.length() as usize, 0);
            let part = &mut bytes[start..];
            match segment {
                Segment::Metadata { offset, .. } => self.layout.encode_metadata(offset, part),
                Segment::Guest { offset, .. } => {
                    let from = offset.get() as usize;
                    part.copy_from_slice(&self.disk[from..from + part.len()]);
                }
                Segment::Zeros { .. } => {}
            }
        }
        assert!(bytes == self.part(range.clone()), "the segments of {range:?}");
    }

    /// Writes a part to a sink, either of which may go wrong.
    fn check_emitted(&self, range: Range<u64>, u: &mut Unstructured<'_>) {
        let mut buffer = buffer(u, self.part(range.clone()).len() as u64);
        let (source_fault, sink_fault) = (Fault::draw(u), Fault::draw(u));
        // Each side draws from bytes of its own, so that neither has to share.
        let share = within(u, 0..=u.len() as u64 / 8);
        let half = u.bytes(share as usize).unwrap_or_default();
        let mut other = Unstructured::new(half);
        let mut source = Source::new(self.disk, u, source_fault);
        let mut sink = Sink::new(&mut other, sink_fault);
        let result =
            emit_range(self.layout, hosts(&range), &mut source, &mut sink, &mut buffer, go_on);
        let part = self.part(range.clone());
        assert!(part.starts_with(&sink.bytes), "a wrong byte of {range:?}");
        match result {
            Err(Error::Range { size, .. }) => {
                assert!(range.start > range.end || range.start > size, "{range:?} of {size}");
                assert!(sink.bytes.is_empty() && size == self.layout.image_size());
            }
            Ok(()) => {
                assert!(range.start <= range.end && range.start <= self.layout.image_size());
                assert!(!source.is_wrong && !sink.is_wrong, "a fault was overlooked");
                assert!(sink.bytes.len() == part.len(), "{range:?} is cut short");
            }
            Err(Error::Sink { error: Failed(call), offset }) => {
                assert!(sink.is_wrong && sink.fault.is_some_and(|fault| fault.call == call));
                assert_eq!(offset, range.start + sink.bytes.len() as u64);
            }
            Err(Error::SinkStuck { given, taken, .. }) => {
                assert!(sink.is_wrong && (taken == 0 || taken > given));
            }
            Err(Error::Source { .. }) => assert!(source.is_wrong || sink.is_wrong),
            Err(Error::SourceEnded { .. } | Error::SourceCount { .. }) => assert!(source.is_wrong),
            Err(error) => panic!("{error:?}"),
        }
    }

    fn check_read(&self, offset: u64, u: &mut Unstructured<'_>) {
        let mut bytes = vec![0xee; skewed(u, 17) as usize];
        let fault = Fault::draw(u);
        let mut source = Source::new(self.disk, u, fault);
        let result = read_image_at(self.layout, &mut source, HostOffset::new(offset), &mut bytes);
        let part = self.part(offset..offset.saturating_add(bytes.len() as u64));
        match result {
            Err(Error::Range { size, .. }) => assert!(offset > size, "{offset} of {size}"),
            Ok(read) => {
                assert!(offset <= self.layout.image_size(), "{offset}");
                assert!(!source.is_wrong, "a fault was overlooked");
                assert!(&bytes[..read] == part, "{} bytes at {offset}", bytes.len());
                assert!(bytes[read..].iter().all(|byte| *byte == 0xee), "a byte too many");
            }
            Err(error) => assert!(source.is_wrong, "{error:?}"),
        }
    }
}

fn hosts(range: &Range<u64>) -> Range<HostOffset> {
    HostOffset::new(range.start)..HostOffset::new(range.end)
}
