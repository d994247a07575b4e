//! What is counted. Each piece of work prepares, and passes what is to be counted through [`counted`].

use std::convert::Infallible;
use std::hint::black_box;
use std::ops::Range;

use qcow2_stream::{
    AllocationMap, GuestCluster, HostOffset, Layout, Options, ReadAt, Scanner, Segment, emit,
    is_zero, scan,
};
use qcow2_stream_tests::kit::{Counting, go_on, options};

/// Only what runs within this function is counted; callgrind is told its name.
#[inline(never)]
fn counted<T>(work: impl FnOnce() -> T) -> T {
    black_box(work())
}

/// The work by name, in the order of the data's way through the core.
pub(crate) const WORK: [(&str, fn()); 11] = [
    ("zero-test", zero_test),
    ("scanner", scanner),
    ("scan-data", || scan_disk(DATA)),
    ("scan-cached", || scan_disk(Disk { cached: true, ..DATA })),
    ("scan-zeros", || scan_disk(Disk { size: 512 << 20, byte: 0, ..DATA })),
    ("scan-scattered", || scan_disk(scattered())),
    ("plan", plan),
    ("segments", segments),
    ("segments-in", segments_in),
    ("metadata", metadata),
    ("emit", emit_disk),
];

/// A disk of 16 GiB, every second cluster of which holds data.
const CLUSTERS: u64 = 1 << 18;
const CLUSTER: u64 = 64 << 10;

/// As the command has it.
fn buffer() -> Vec<u8> {
    vec![0; 1 << 20]
}

/// 64 MiB of zeros.
fn zero_test() {
    let bytes = vec![0; 64 << 20];
    counted(|| assert!(black_box(&bytes).chunks(CLUSTER as usize).all(is_zero)));
}

/// Pieces that neither begin nor end with clusters, of data, zeros and holes in turn.
fn scanner() {
    let (data, zeros) = (vec![0x5a; 100_000], vec![0; 100_000]);
    let mut scanner = Scanner::new(Options::default().cluster_size, 3_000 * 300_000);
    counted(|| {
        for _ in 0..3_000 {
            scanner.data(&data).expect("within the disk");
            scanner.data(&zeros).expect("within the disk");
            scanner.hole(100_000).expect("within the disk");
        }
    });
    scanner.finish().expect("the whole disk");
}

/// A disk that is read without a copy of its bytes, which the C library would make in another way on each processor:
/// the buffer keeps its zeros but for a byte in each cluster.
struct Disk {
    size: u64,
    byte: u8,
    /// Fronts of clusters are cheap to have.
    cached: bool,
    /// Every second cluster is a hole, and is known to be one.
    scattered: bool,
}

const DATA: Disk = Disk { size: CLUSTERS * CLUSTER, byte: 0x5a, cached: false, scattered: false };
fn scattered() -> Disk {
    Disk { scattered: true, ..DATA }
}

impl ReadAt for Disk {
    type Error = Infallible;

    fn size(&mut self) -> Result<u64, Infallible> {
        Ok(self.size)
    }

    fn read_at(&mut self, _: u64, buffer: &mut [u8]) -> Result<usize, Infallible> {
        buffer.iter_mut().step_by(CLUSTER as usize).for_each(|first| *first = self.byte);
        Ok(buffer.len())
    }

    fn next_data(&mut self, offset: u64) -> Result<Option<Range<u64>>, Infallible> {
        if !self.scattered {
            return Ok(Some(offset..u64::MAX));
        }
        let pair = 2 * CLUSTER;
        let start = if offset % pair < CLUSTER { offset } else { offset.next_multiple_of(pair) };
        let end = start / pair * pair + CLUSTER;
        Ok((start < self.size).then_some(start..end))
    }

    fn read_cached_at(&mut self, at: u64, _: u64, buffer: &mut [u8]) -> Result<usize, Infallible> {
        if self.cached { self.read_at(at, buffer) } else { Ok(0) }
    }
}

fn scan_disk(mut disk: Disk) {
    let (options, mut buffer) = (Options::default(), buffer());
    counted(|| scan(&mut disk, &options, &mut buffer, go_on)).expect("a layout");
}

fn map() -> AllocationMap {
    let mut map = AllocationMap::new(Options::default().cluster_size, CLUSTERS * CLUSTER);
    for cluster in (0..CLUSTERS).step_by(2) {
        let run = GuestCluster::new(cluster)..GuestCluster::new(cluster + 1);
        map.allocate(run).expect("ascending, and within the disk");
    }
    map
}

fn layout() -> Layout {
    Layout::plan(&Options::default(), map()).expect("a layout")
}

/// Small refcounts in small clusters take more rounds.
fn plan() {
    let (map, small) = (map(), options(512, 64));
    let full = AllocationMap::full(small.cluster_size, 1 << 30).expect("memory for a run");
    counted(|| {
        Layout::plan(&Options::default(), map).expect("a layout");
        Layout::plan(&small, full).expect("a layout");
    });
}

fn length(segments: impl Iterator<Item = Segment>) -> u64 {
    segments.map(|segment| segment.length()).sum()
}

fn segments() {
    let layout = layout();
    counted(|| assert_eq!(length(layout.segments()), layout.image_size()));
}

/// As whoever serves ranges asks: one after the other, each found anew.
fn segments_in() {
    let layout = layout();
    counted(|| {
        for start in (0..layout.image_size()).step_by(1 << 20) {
            length(layout.segments_in(HostOffset::new(start)..HostOffset::new(start + (1 << 20))));
        }
    });
}

fn metadata() {
    let (layout, mut buffer) = (layout(), buffer());
    counted(|| {
        for offset in (0..layout.metadata_size()).step_by(buffer.len()) {
            layout.encode_metadata(HostOffset::new(offset), &mut buffer);
        }
    });
}

fn emit_disk() {
    let (layout, mut buffer, mut sink) = (layout(), buffer(), Counting::default());
    counted(|| emit(&layout, &mut scattered(), &mut sink, &mut buffer, go_on)).expect("an image");
    assert_eq!(sink.bytes, layout.image_size());
}
