//! The scan of a source: whatever way it answers, a cluster is allocated if it has a byte other than zero.

use std::cell::Cell;
use std::ops::ControlFlow;

use arbitrary::Unstructured;
use qcow2_stream::{
    AllocationMap, ClusterSize, DataFile, Error, GuestCluster, Options, Scanner, scan, scan_range,
};
use qcow2_stream_tests::kit::go_on;

use crate::choice::{buffer, edge, flag, has_good_name, once_in, options, skewed, within};
use crate::disk::{Failed, Fault, Source, disk};

/// Runs a case.
pub fn run(data: &[u8]) {
    let u = &mut Unstructured::new(data);
    let options = options(u, 17);
    let disk = disk(u);
    let expected = allocated(options.cluster_size, &disk);
    feed(options.cluster_size, &disk, &expected, u);
    share(options.cluster_size, &disk, &expected, u);
    look_at_part(options.cluster_size, &disk, u);
    drive(&options, &disk, expected, u);
}

/// The plain model: the clusters with a byte other than zero.
fn allocated(cluster_size: ClusterSize, disk: &[u8]) -> Vec<u64> {
    let clusters = disk.chunks(cluster_size.bytes() as usize).zip(0..);
    let data = clusters.filter(|(cluster, _)| cluster.iter().any(|byte| *byte != 0));
    data.map(|(_, index)| index).collect()
}

fn clusters_of(map: &AllocationMap) -> Vec<u64> {
    let runs = map.runs(GuestCluster::new(0)..map.end());
    runs.flat_map(|run| run.start.get()..run.end.get()).collect()
}

/// Feeds a scanner with pieces of any length.
fn feed(cluster_size: ClusterSize, disk: &[u8], expected: &[u64], u: &mut Unstructured<'_>) {
    let size = disk.len() as u64;
    let mut scanner = Scanner::new(cluster_size, size);
    while scanner.position() < size {
        let at = scanner.position() as usize;
        if flag(u) {
            let skipped = scanner.skip_decided().expect("it is within the disk");
            assert!(skipped == 0 || expected.contains(&(at as u64 / cluster_size.bytes())));
            if skipped > 0 {
                continue;
            }
        }
        let length = if flag(u) { 1 + skewed(u, 17) as usize } else { disk.len() };
        let piece = &disk[at..][..length.min(disk.len() - at)];
        let is_zero = piece.iter().all(|byte| *byte == 0);
        assert_eq!(qcow2_stream::is_zero(piece), is_zero);
        if is_zero && flag(u) {
            scanner.hole(piece.len() as u64).expect("it is within the disk");
        } else {
            scanner.data(piece).expect("it is within the disk");
        }
        assert_eq!(scanner.position(), (at + piece.len()) as u64);
    }
    let beyond = 1 + skewed(u, 63);
    assert!(scanner.clone().hole(beyond).is_err(), "{beyond} bytes past the end");
    assert!(scanner.clone().data(&[0]).is_err(), "a byte past the end");
    assert_eq!(clusters_of(&scanner.finish().expect("all was seen")), expected);
}

/// Has the disk scanned in parts, whose maps are joined.
fn share(cluster_size: ClusterSize, disk: &[u8], expected: &[u64], u: &mut Unstructured<'_>) {
    let size = disk.len() as u64;
    let clusters = size.div_ceil(cluster_size.bytes());
    let mut cuts: Vec<u64> = (0..within(u, 0..=3)).map(|_| within(u, 0..=clusters)).collect();
    cuts.extend([0, clusters]);
    cuts.sort_unstable();
    let mut map = AllocationMap::new(cluster_size, size);
    for part in cuts.windows(2) {
        let range = part[0] * cluster_size.bytes()..part[1] * cluster_size.bytes();
        let mut buffer = buffer(u, size);
        let mut source = Source::new(disk, u, None);
        let next = scan_range(&mut source, cluster_size, range, &mut buffer, go_on);
        map.append(&next.expect("nothing fails here")).expect("it follows");
    }
    assert_eq!(clusters_of(&map), expected);
}

/// Has any part of the disk scanned. What lies outside of it counts as zeros.
fn look_at_part(cluster_size: ClusterSize, disk: &[u8], u: &mut Unstructured<'_>) {
    let size = disk.len() as u64;
    let range = edge(u, &[size, cluster_size.bytes()])..edge(u, &[size, cluster_size.bytes()]);
    let mut buffer = buffer(u, size);
    let mut source = Source::new(disk, u, None);
    let map = scan_range(&mut source, cluster_size, range.clone(), &mut buffer, go_on);
    let inside = |at: u64| if range.contains(&at) { u8::MAX } else { 0 };
    let part: Vec<u8> = disk.iter().zip(0..).map(|(byte, at)| byte & inside(at)).collect();
    let found = clusters_of(&map.expect("nothing fails here"));
    assert_eq!(found, allocated(cluster_size, &part), "{range:?}");
}

/// Has a source scanned that comes short, and perhaps goes wrong.
fn drive(options: &Options, disk: &[u8], expected: Vec<u64>, u: &mut Unstructured<'_>) {
    let mut buffer = if once_in(u, 50) { Vec::new() } else { buffer(u, disk.len() as u64) };
    let (fault, stop) = (Fault::draw(u), flag(u).then(|| within(u, 0..=40)));
    let cancelled = Cell::new(false);
    let mut events = 0;
    let mut source = Source::new(disk, u, fault);
    let result = scan(&mut source, options, &mut buffer, |progress| {
        assert!(!cancelled.get(), "progress after it was cancelled");
        assert!(progress.bytes <= progress.total && progress.total == disk.len() as u64);
        events += 1;
        cancelled.set(Some(events) == stop);
        if cancelled.get() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let Source { is_wrong, calls, .. } = source;
    match result {
        Ok(layout) => {
            let raw = matches!(options.data_file, Some(DataFile { raw: true, .. }));
            assert!(!is_wrong && !cancelled.get() && (raw || !buffer.is_empty()));
            let clusters = (disk.len() as u64).div_ceil(options.cluster_size.bytes());
            let expected = if raw { (0..clusters).collect() } else { expected };
            assert_eq!(clusters_of(layout.allocation()), expected);
        }
        Err(Error::NoBuffer) => assert!(buffer.is_empty() && calls <= 1),
        Err(Error::Plan(error)) => assert!(!has_good_name(options), "{error}"),
        Err(Error::Cancelled) => assert!(cancelled.get()),
        Err(Error::Source { error: Failed(call), .. }) => {
            assert!(is_wrong && fault.is_some_and(|fault| fault.call == call));
        }
        Err(Error::SourceEnded { size, .. }) => assert!(is_wrong && size == disk.len() as u64),
        Err(Error::SourceCount { given, read, .. }) => assert!(is_wrong && read > given),
        Err(error) => panic!("{error:?}"),
    }
}
