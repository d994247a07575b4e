//! The image in parts: any parts that follow one another join to the same bytes.

use std::convert::Infallible;
use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use qcow2_stream::{Error, HostOffset, Layout, Segment, emit, emit_range, read_image_at, scan};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use qcow2_stream_tests::kit::{Memory, go_on, options, with_data_file};

/// An image with its disk and its plan.
struct Whole {
    disk: Memory,
    layout: Layout,
    bytes: Vec<u8>,
}

impl Whole {
    /// 141 clusters of 512 bytes, of which 113 are allocated, among them the last, which is cut short.
    fn new(data_file: bool) -> Self {
        let writes = vec![
            Write::new(0, 1000, Fill::Xorshift64(5)),
            Write::new(3 * 512, 512, Fill::Byte(0)),
            Write::new(10 * 512 - 1, 1, Fill::Byte(1)),
            Write::new(12 * 512, 58 * 512 + 3, Fill::Xorshift64(6)),
            Write::new(80 * 512, 50 * 512, Fill::Xorshift64(7)),
            Write::new(140 * 512, 101, Fill::Xorshift64(8)),
        ];
        let mut disk = Memory::new(&Input::new(140 * 512 + 101, writes));
        let options = options(512, 16);
        let options = if data_file { with_data_file(options, "disk", false) } else { options };
        let mut buffer = vec![0; 4096];
        let layout = scan(&mut disk, &options, &mut buffer, go_on).expect("it can be scanned");
        let mut bytes = Vec::new();
        emit(&layout, &mut disk, &mut bytes, &mut buffer, go_on).expect("it can be written");
        Self { disk, layout, bytes }
    }

    fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The part within `range`, by the driver.
    fn emitted(&self, range: Range<u64>, buffer: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (mut disk, mut buffer) = (&self.disk, vec![0; buffer]);
        emit_range(&self.layout, hosts(range), &mut disk, &mut bytes, &mut buffer, go_on)
            .expect("it can be written");
        bytes
    }

    /// Why there is no part within `range`. Nothing is written then.
    fn refused(&self, range: Range<u64>) -> Error<Infallible> {
        let mut bytes = Vec::new();
        let (mut disk, mut buffer) = (&self.disk, vec![0; 4096]);
        let done =
            emit_range(&self.layout, hosts(range), &mut disk, &mut bytes, &mut buffer, go_on);
        assert!(bytes.is_empty());
        done.expect_err("there is no such range")
    }

    /// The part within `range`, segment by segment, as a front end with its own I/O does it.
    fn walked(&self, range: Range<u64>) -> Vec<u8> {
        // What no segment fills is seen by it.
        let mut bytes = vec![0xee; self.part(range.clone()).len()];
        let mut rest = &mut bytes[..];
        for segment in self.layout.segments_in(hosts(range)) {
            let part =
                rest.split_off_mut(..segment.length() as usize).expect("a part of the range");
            assert!(!part.is_empty(), "an empty segment");
            match segment {
                Segment::Metadata { offset, .. } => self.layout.encode_metadata(offset, part),
                Segment::Guest { offset, .. } => {
                    let from = offset.get() as usize;
                    part.copy_from_slice(&self.disk.bytes()[from..from + part.len()]);
                }
                Segment::Zeros { .. } => part.fill(0),
            }
        }
        bytes
    }

    /// The part within `range`, into memory.
    fn read(&self, range: Range<u64>) -> Vec<u8> {
        // Longer than the image only by as much as shows that nothing behind it is touched.
        let length = range.end.saturating_sub(range.start).min(self.length() + 3);
        let mut bytes = vec![0xee; length as usize];
        let offset = HostOffset::new(range.start);
        let read = read_image_at(&self.layout, &mut &self.disk, offset, &mut bytes);
        let behind = bytes.split_off(read.expect("it can be read"));
        assert!(behind.iter().all(|byte| *byte == 0xee), "touched what is behind the image");
        bytes
    }

    /// What a part must be.
    fn part(&self, range: Range<u64>) -> &[u8] {
        let cut = |offset: u64| offset.min(self.length()) as usize;
        self.bytes.get(cut(range.start)..cut(range.end)).unwrap_or_default()
    }

    #[track_caller]
    fn assert_part(&self, range: Range<u64>, buffer: usize) {
        let expected = self.part(range.clone());
        assert!(self.emitted(range.clone(), buffer) == expected, "emitted {range:?}");
        assert!(self.walked(range.clone()) == expected, "walked {range:?}");
        assert!(self.read(range.clone()) == expected, "read {range:?}");
    }
}

fn hosts(range: Range<u64>) -> Range<HostOffset> {
    HostOffset::new(range.start)..HostOffset::new(range.end)
}

#[test]
fn the_image_under_test_has_every_kind_of_segment() {
    let whole = Whole::new(false);
    let kinds: Vec<_> = whole
        .layout
        .segments()
        .map(|segment| match segment {
            Segment::Metadata { .. } => 'm',
            Segment::Guest { .. } => 'g',
            Segment::Zeros { .. } => 'z',
        })
        .collect();
    assert_eq!(kinds, ['m', 'g', 'g', 'g', 'g', 'g', 'z']);
    assert_eq!(whole.length(), 120 * 512);
    assert_eq!(whole.walked(0..whole.length()), whole.bytes);
}

#[test]
fn every_start_to_the_end_gives_the_suffix() {
    for data_file in [false, true] {
        let whole = Whole::new(data_file);
        for start in 0..=whole.length() {
            whole.assert_part(start..whole.length(), 4096);
        }
    }
}

#[test]
fn every_end_from_the_beginning_gives_the_prefix() {
    for data_file in [false, true] {
        let whole = Whole::new(data_file);
        for end in 0..=whole.length() {
            whole.assert_part(0..end, 10_000);
        }
    }
}

#[test]
fn a_part_of_any_few_bytes_is_right_at_every_offset() {
    let whole = Whole::new(false);
    for length in [1, 3, 8, 13] {
        for start in 0..whole.length() {
            whole.assert_part(start..start + length, 7);
        }
    }
}

#[test]
fn a_range_that_ends_past_the_end_is_cut_and_at_the_end_nothing_is_left() {
    let whole = Whole::new(false);
    let end = whole.length();
    for start in [0, 1, end - 513, end - 1, end] {
        for stop in [end, end + 1, end + 512, 1 << 63, u64::MAX] {
            whole.assert_part(start..stop, 4096);
        }
    }
    assert_eq!(whole.emitted(end - 1..u64::MAX, 4096).len(), 1);
}

/// Whoever resumes at a wrong place must not hear that the rest was written.
#[test]
fn a_range_that_begins_behind_the_end_is_refused() {
    let whole = Whole::new(false);
    let size = whole.length();
    for start in [size + 1, size + 512, 1 << 63, u64::MAX - 1, u64::MAX] {
        let expected = Error::Range { start, end: u64::MAX, size };
        assert_eq!(whole.refused(start..u64::MAX), expected);
        let read =
            read_image_at(&whole.layout, &mut &whole.disk, HostOffset::new(start), &mut [0xee; 9]);
        let end = start.saturating_add(9);
        assert_eq!(read, Err(Error::Range { start, end, size }));
    }
}

#[test]
fn an_empty_range_gives_nothing_and_a_reversed_one_is_refused() {
    let whole = Whole::new(false);
    let end = whole.length();
    let bounds = [0, 1, 512, end / 2, end - 1, end, end + 1, u64::MAX];
    for (start, stop) in bounds.iter().flat_map(|start| bounds.map(|stop| (*start, stop))) {
        if stop <= start {
            if stop < start || start > end {
                let expected = Error::Range { start, end: stop, size: end };
                assert_eq!(whole.refused(start..stop), expected);
            } else {
                assert!(whole.emitted(start..stop, 4096).is_empty(), "{start}..{stop}");
            }
            assert_eq!(whole.layout.segments_in(hosts(start..stop)).count(), 0, "{start}..{stop}");
        }
    }
}

#[test]
fn metadata_asked_for_past_its_end_is_zeros() {
    let whole = Whole::new(false);
    let metadata = whole.layout.metadata_size();
    let mut expected = whole.bytes[..metadata as usize].to_vec();
    expected.resize(expected.len() + 600, 0);
    for start in metadata - 20..=metadata {
        let mut bytes = vec![0xee; 600];
        whole.layout.encode_metadata(HostOffset::new(start), &mut bytes);
        assert_eq!(bytes, expected[start as usize..][..600], "from {start}");
    }
}

proptest! {
    #![proptest_config(crate::properties())]

    #[test]
    fn any_split_joins_to_the_same_bytes(
        cuts in vec(0.0..1.0_f64, 0..40), data_file: bool, buffer in 1..5000_usize,
    ) {
        let whole = Whole::new(data_file);
        let mut cuts: Vec<_> = cuts.iter().map(|cut| (cut * whole.length() as f64) as u64).collect();
        cuts.extend([0, whole.length()]);
        cuts.sort_unstable();
        let parts = || cuts.windows(2).map(|pair| pair[0]..pair[1]);
        let emitted: Vec<_> = parts().flat_map(|part| whole.emitted(part, buffer)).collect();
        prop_assert!(emitted == whole.bytes, "emitted");
        let walked: Vec<_> = parts().flat_map(|part| whole.walked(part)).collect();
        prop_assert!(walked == whole.bytes, "walked");
    }
}
