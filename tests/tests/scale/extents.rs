//! Images of millions of extents: every entry of their tables, or many of them.

use std::ops::Range;
use std::time::{Duration, Instant};

use qcow2_stream::{AllocationMap, GuestCluster, HostOffset, Layout, read_image_at};
use qcow2_stream_tests::kit::heap::peak_of;
use qcow2_stream_tests::kit::{ImageFile, options};
use qcow2_stream_tests::reader::Image;

use crate::formulas::Geometry;
use crate::unread::Unread;
use crate::{KIB, MIB};

const COPIED: u64 = 1 << 63;

/// Far more than a plan in linear time takes, and far less than one in quadratic time.
const DEADLINE: Duration = Duration::from_secs(60);

/// The plan of a disk of so many clusters with these runs of data.
fn planned(geometry: Geometry, disk: u64, runs: impl Iterator<Item = Range<u64>>) -> Layout {
    let options = options(geometry.cluster, geometry.bits);
    let mut map = AllocationMap::new(options.cluster_size, disk * geometry.cluster);
    for run in runs {
        map.allocate(GuestCluster::new(run.start)..GuestCluster::new(run.end)).expect("ascending");
    }
    Layout::plan(&options, map).expect("it fits")
}

/// Every other cluster of a disk of so many, from the first on.
fn alternating(disk: u64) -> impl Iterator<Item = Range<u64>> {
    (0..disk).step_by(2).map(|index| index..index + 1)
}

#[test]
fn four_million_extents_have_each_entry_that_the_formulas_give() {
    let geometry = Geometry { cluster: 4 * KIB, bits: 1 };
    let disk = 8 << 20;
    let begun = Instant::now();
    let layout = planned(geometry, disk, alternating(disk));
    let parts = geometry.parts(disk.into(), u128::from(disk) / 512, u128::from(disk) / 2);
    let (metadata, l2_tables) = (parts.metadata() as u64, parts.l2_tables as u64);
    assert_eq!(layout.image_size(), parts.total() as u64 * geometry.cluster);

    let first_l2 = metadata - l2_tables;
    let l1_start = (first_l2 - parts.l1_table as u64) * geometry.cluster;
    let l1_end = l1_start + l2_tables * 8;
    let l1 = |index: u64| COPIED | ((first_l2 + index) * geometry.cluster);
    assert_entries(&layout, l1_start..l1_end, l1);

    let data = |nth: u64| COPIED | ((metadata + nth) * geometry.cluster);
    let l2 = |index: u64| if index.is_multiple_of(2) { data(index / 2) } else { 0 };
    assert_entries(&layout, first_l2 * geometry.cluster..metadata * geometry.cluster, l2);
    assert!(begun.elapsed() < DEADLINE, "{:?}", begun.elapsed());
}

/// Checks each entry of a table that takes this range of the image.
fn assert_entries(layout: &Layout, table: Range<u64>, expected: impl Fn(u64) -> u64) {
    // No multiple of a table, so that reads begin anywhere in one.
    const LENGTH: u64 = MIB - 8;
    let mut buf = vec![0; LENGTH as usize];
    let (mut index, mut at) = (0, table.start);
    while at < table.end {
        let length = LENGTH.min(table.end - at) as usize;
        let source = &mut Unread(layout.source_size());
        let read = read_image_at(layout, source, HostOffset::new(at), &mut buf[..length]);
        assert_eq!(read, Ok(length));
        for entry in buf[..length].as_chunks::<8>().0 {
            assert_eq!(u64::from_be_bytes(*entry), expected(index), "entry {index}");
            index += 1;
        }
        at += length as u64;
    }
}

#[test]
fn half_a_million_extents_pass_every_check_of_the_reader() {
    for geometry in [Geometry { cluster: 512, bits: 64 }, Geometry { cluster: 64 * KIB, bits: 1 }] {
        let disk = 1 << 20;
        let layout = planned(geometry, disk, alternating(disk));
        let source = Unread(layout.source_size());
        let mut image = Image::open(ImageFile::new(&layout, source)).expect("a good header");
        let summary = image.check().unwrap_or_else(|error| panic!("{geometry:?}: {error}"));
        image.check_streaming_order().expect("a stream's order");
        assert_eq!(summary.allocated_clusters, disk / 2);
        let ranges = image.allocated_ranges().expect("good tables");
        assert_eq!(ranges.len() as u64, disk / 2);
    }
}

#[test]
fn three_million_random_runs_over_100_tib_are_where_the_formulas_say() {
    const RUNS: u64 = 3_000_000;
    let geometry = Geometry { cluster: 64 * KIB, bits: 16 };
    let (runs, disk) = random_runs(RUNS);
    let begun = Instant::now();
    let (layout, peak) = peak_of(|| planned(geometry, disk, runs.iter().cloned()));
    assert!(begun.elapsed() < DEADLINE, "{:?}", begun.elapsed());
    assert!(peak <= 64 * RUNS, "{peak} bytes for {RUNS} runs");
    assert!(disk * geometry.cluster > 100 << 40, "{disk} clusters");

    let (tables, data) = totals(&runs, geometry.l2_entries() as u64);
    let parts = geometry.parts(disk.into(), tables.into(), data.into());
    assert_eq!(layout.image_size(), parts.total() as u64 * geometry.cluster);
    let source = Unread(layout.source_size());
    let mut image = Image::open(ImageFile::new(&layout, source)).expect("a good header");
    let mut host = |index: u64| image.host_of(index * geometry.cluster).expect("a good entry");
    let mut nth = parts.metadata() as u64;
    for (index, run) in runs.iter().enumerate() {
        let length = run.end - run.start;
        // Some three thousand of them, and the last.
        if index % 1009 == 0 || index as u64 == RUNS - 1 {
            assert_eq!(host(run.start), Some(nth * geometry.cluster), "{run:?}");
            assert_eq!(host(run.end - 1), Some((nth + length - 1) * geometry.cluster), "{run:?}");
            assert_eq!(host(run.end), None, "{run:?}");
        }
        nth += length;
    }
    assert_eq!(nth, parts.total() as u64);
}

/// Runs of 1 to 64 clusters with 1 to 64 between them, then with 1 to 4,096, in turns; and where the last gap ends.
fn random_runs(count: u64) -> (Vec<Range<u64>>, u64) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |end: u64| {
        // Marsaglia's xorshift64.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) % end
    };
    let mut end = 0;
    let mut run = |nth: u64| {
        // Close together they are kept as bitmaps, apart as runs.
        let start = end + 1 + below(if (nth >> 12).is_multiple_of(2) { 64 } else { 4096 });
        end = start + 1 + below(64);
        start..end
    };
    let runs: Vec<_> = (0..count).map(&mut run).collect();
    (runs, end + 1)
}

/// The L2 tables that the runs need, and their clusters.
fn totals(runs: &[Range<u64>], l2_entries: u64) -> (u64, u64) {
    let (mut tables, mut next) = (0, 0);
    for run in runs {
        let first = next.max(run.start / l2_entries);
        next = (run.end - 1) / l2_entries + 1;
        tables += next.saturating_sub(first);
    }
    (tables, runs.iter().map(|run| run.end - run.start).sum())
}
