//! What an allocation map takes in memory, and its plan with it.

use std::ops::Range;

use qcow2_stream::{AllocationMap, ClusterSize, GuestCluster, Layout, Scanner};
use qcow2_stream_tests::kit::heap::peak_of;
use qcow2_stream_tests::kit::options;

use crate::{EIB, KIB};

/// 64 GiB in clusters of 4 KiB: 16 Mi clusters.
const SIZE: u64 = 64 << 30;
const CLUSTER: u64 = 4 * KIB;
const CLUSTERS: u64 = SIZE / CLUSTER;

fn cluster_size(bytes: u64) -> ClusterSize {
    ClusterSize::new(bytes).expect("the format has this cluster size")
}

fn cluster(index: u64) -> Range<GuestCluster> {
    GuestCluster::new(index)..GuestCluster::new(index + 1)
}

/// The plan of a source of `size` bytes with these clusters allocated, and its memory.
fn planned(size: u64, cluster_bytes: u64, allocated: impl Iterator<Item = u64>) -> (Layout, u64) {
    let options = options(cluster_bytes, 16);
    peak_of(|| {
        let mut map = AllocationMap::new(options.cluster_size, size);
        for index in allocated {
            map.allocate(cluster(index)).expect("ascending and within the source");
        }
        Layout::plan(&options, map).expect("it fits")
    })
}

#[test]
fn a_dense_disk_takes_a_bit_a_cluster_at_most() {
    let (map, peak) = peak_of(|| {
        let mut scanner = Scanner::new(cluster_size(CLUSTER), SIZE);
        for _ in 0..CLUSTERS {
            scanner.data(&[1]).expect("within the source");
            scanner.skip_decided().expect("within the source");
        }
        scanner.finish().expect("the whole source")
    });
    assert_eq!(map.allocated(), CLUSTERS);
    assert!(peak <= CLUSTERS / 8, "{peak} bytes for {CLUSTERS} clusters");
}

#[test]
fn a_disk_with_every_other_cluster_takes_about_a_bit_a_cluster() {
    let (layout, peak) = planned(SIZE, CLUSTER, (0..CLUSTERS).step_by(2));
    assert_eq!(layout.allocation().allocated(), CLUSTERS / 2);
    assert!(peak * 10 <= CLUSTERS / 8 * 11, "{peak} bytes for {CLUSTERS} clusters");
}

#[test]
fn a_disk_with_a_hole_now_and_then_takes_about_a_bit_a_cluster() {
    // Runs of 100 to 400 clusters, as a used file system has them, are about as many as a bitmap takes.
    let mut next = 0;
    let mut indices = (0..CLUSTERS).filter(|index| {
        let hole = *index == next;
        next += u64::from(hole) * (100 + index % 301);
        !hole
    });
    let (_, peak) = planned(SIZE, CLUSTER, &mut indices);
    assert!(peak * 10 <= CLUSTERS / 8 * 11, "{peak} bytes for {CLUSTERS} clusters");
}

#[test]
fn millions_of_lone_clusters_take_64_bytes_each_at_most() {
    // Spread over 2 EiB, so that hardly any two share a bitmap, or an L2 table.
    const LONE: u64 = 3_000_000;
    let cluster = ClusterSize::MAX.bytes();
    let stride = 2 * EIB / cluster / LONE;
    let (layout, peak) = planned(2 * EIB, cluster, (0..LONE).map(|nth| nth * stride));
    assert_eq!(layout.allocation().allocated(), LONE);
    assert!(peak <= 64 * LONE, "{peak} bytes for {LONE} clusters");
}
