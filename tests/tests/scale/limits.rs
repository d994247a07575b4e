//! The largest images of every cluster size and refcount width, and one cluster or sector beyond.
//!
//! Up to 64 PiB of data and 2 EiB of disk; of all that, single entries are encoded and read.

use std::collections::BTreeMap;

use qcow2_stream::{
    AllocationMap, GuestCluster, HostOffset, Layout, PlanError, emit_range, read_image_at,
};
use qcow2_stream_tests::kit::{
    CLUSTER_SIZES, Counting, ImageFile, REFCOUNT_WIDTHS, go_on, options,
};
use qcow2_stream_tests::reader::Image;

use crate::formulas::{Geometry, L1_LIMIT, Limit, OFFSET_LIMIT, REFCOUNT_TABLE_LIMIT};
use crate::unread::Unread;
use crate::{EIB, KIB, MIB};

/// Every cluster size with every refcount width.
fn geometries() -> impl Iterator<Item = Geometry> {
    let widths = |cluster| REFCOUNT_WIDTHS.map(|bits| Geometry { cluster, bits });
    CLUSTER_SIZES.into_iter().flat_map(widths)
}

fn narrow(number: u128) -> u64 {
    u64::try_from(number).expect("below 2^64")
}

/// The plan of a disk of so many bytes, all of them data.
fn full(geometry: Geometry, size: u64) -> Result<Layout, PlanError> {
    let options = options(geometry.cluster, geometry.bits);
    Layout::plan(&options, AllocationMap::full(options.cluster_size, size)?)
}

/// The plan of a disk of which these clusters are data.
fn sparse(
    geometry: Geometry,
    size: u64,
    data: impl IntoIterator<Item = u64>,
) -> Result<Layout, PlanError> {
    let options = options(geometry.cluster, geometry.bits);
    let mut map = AllocationMap::new(options.cluster_size, size);
    for index in data {
        map.allocate(GuestCluster::new(index)..GuestCluster::new(index + 1))?;
    }
    Layout::plan(&options, map)
}

#[test]
fn the_largest_full_disk_of_every_geometry_is_planned_and_one_cluster_more_is_refused() {
    let mut met = BTreeMap::new();
    for geometry in geometries() {
        let disk = geometry.largest_full_disk();
        let size = narrow(disk) * geometry.cluster;
        let layout = full(geometry, size).unwrap_or_else(|error| panic!("{geometry:?}: {error}"));
        check_full(geometry, narrow(disk), &layout);

        let more = geometry.full(disk + 1);
        let limit = geometry.exceeded(disk + 1, &more).expect("it was the largest");
        *met.entry(limit).or_insert(0) += 1;
        let (found, limit) = match limit {
            Limit::L1Table => (geometry.l1_entries(disk + 1) * 8, L1_LIMIT),
            Limit::RefcountTable => {
                (more.refcount_table * u128::from(geometry.cluster), REFCOUNT_TABLE_LIMIT)
            }
            Limit::Offset => (more.total() * u128::from(geometry.cluster), OFFSET_LIMIT),
        };
        for size in [size + 512, size + geometry.cluster] {
            let message = full(geometry, size).expect_err("a sector too many").to_string();
            for number in [found, limit] {
                assert!(message.contains(&number.to_string()), "{geometry:?}: {number}: {message}");
            }
        }
    }
    // Each limit is the first for some: the L1 table's where refcounts are narrow.
    println!("{met:?}");
    assert_eq!((met.len(), met.values().sum::<u32>()), (3, 91), "{met:?}");
}

/// Checks where the independent reader finds the clusters of a disk that is all data.
fn check_full(geometry: Geometry, disk: u64, layout: &Layout) {
    let Geometry { cluster, .. } = geometry;
    let parts = geometry.full(disk.into());
    let clusters = narrow(parts.total());
    assert_eq!(layout.image_size(), clusters * cluster, "{geometry:?}");
    let source = Unread(disk * cluster);
    let mut image = Image::open(ImageFile::new(layout, source)).expect("a good header");
    assert_eq!(1 << image.header().refcount_order, geometry.bits);
    assert_eq!(image.header().virtual_size, disk * cluster);
    assert_eq!(u128::from(image.header().l1_entries), geometry.l1_entries(disk.into()));
    for index in around(narrow(geometry.l2_entries()), disk) {
        let host = (narrow(parts.metadata()) + index) * cluster;
        for guest in [index * cluster, index * cluster + cluster - 1] {
            assert_eq!(image.host_of(guest), Ok(Some(host)), "{geometry:?}: {guest}");
        }
    }
    for index in around(narrow(geometry.per_block()), clusters) {
        assert_eq!(image.refcount_of(index * cluster), Ok(1), "{geometry:?}: {index}");
    }
    if !clusters.is_multiple_of(narrow(geometry.per_block())) {
        assert_eq!(image.refcount_of(clusters * cluster), Ok(0), "{geometry:?}: beyond the end");
    }
    // Blocks of ones look all alike, so that each has to be where it belongs.
    for block in around(1 << 10, narrow(parts.refcount_blocks)) {
        let offset = (1 + narrow(parts.refcount_table) + block) * cluster;
        assert_eq!(refcount_table_entry(layout, cluster, block), offset, "{geometry:?}: {block}");
    }
}

/// An entry of the refcount table, which is the image's second cluster.
fn refcount_table_entry(layout: &Layout, cluster: u64, index: u64) -> u64 {
    let mut entry = [0; 8];
    let at = HostOffset::new(cluster + index * 8);
    let source = &mut Unread(layout.source_size());
    assert_eq!(read_image_at(layout, source, at, &mut entry), Ok(8));
    u64::from_be_bytes(entry)
}

/// Numbers below `end`: both ends, the middle, and those about multiples of `step`.
fn around(step: u64, end: u64) -> impl Iterator<Item = u64> {
    let last = end / step * step;
    let middle = end / 2 / step * step;
    let about = [0, step, step * 2, middle, last, end].into_iter();
    about.flat_map(|at| at.saturating_sub(1)..=at + 1).filter(move |at| *at < end)
}

#[test]
fn the_largest_sparse_disk_of_every_geometry_has_its_clusters_where_the_formulas_say() {
    for geometry in geometries() {
        let Geometry { cluster, .. } = geometry;
        let disk = narrow(L1_LIMIT / 8 * geometry.l2_entries());
        // The first cluster, those at powers of two, and the last.
        let powers = (0..disk.ilog2()).map(|power| 1 << power);
        let data: Vec<u64> = [0].into_iter().chain(powers).chain([disk - 1]).collect();
        let mut tables: Vec<_> =
            data.iter().map(|index| u128::from(*index) / geometry.l2_entries()).collect();
        tables.dedup();
        let parts = geometry.parts(disk.into(), tables.len() as u128, data.len() as u128);
        let layout = sparse(geometry, disk * cluster, data.clone()).expect("it fits");
        assert_eq!(u128::from(layout.image_size()), parts.total() * u128::from(cluster));

        let source = Unread(disk * cluster);
        let mut image = Image::open(ImageFile::new(&layout, source)).expect("a good header");
        assert_eq!(image.header().l1_entries, 1 << 22, "{geometry:?}");
        for (nth, index) in (0..).zip(&data) {
            let host = (narrow(parts.metadata()) + nth) * cluster;
            assert_eq!(image.host_of(index * cluster), Ok(Some(host)), "{geometry:?}: {index}");
            let next = (index + 1 < disk && !data.contains(&(index + 1))).then_some(index + 1);
            if let Some(next) = next {
                assert_eq!(image.host_of(next * cluster), Ok(None), "{geometry:?}: {next}");
            }
        }
        let message = sparse(geometry, disk * cluster + 512, []).expect_err("a sector too many");
        let table = (L1_LIMIT + 8).to_string();
        assert!(message.to_string().contains(&table), "{geometry:?}: {message}");
    }
    assert_eq!(u128::from(2 * EIB), L1_LIMIT / 8 * (1 << 18) * (2 << 20), "the last of them");
}

#[test]
fn no_size_near_the_end_of_64_bits_wraps_around() {
    const QEMU: u64 = 1 << 63;
    for geometry in geometries() {
        for size in [QEMU - 512, QEMU - 511, QEMU, QEMU + 1, u64::MAX - 511, u64::MAX] {
            let expect_too_large = size > QEMU - 512;
            for plan in [full(geometry, size), sparse(geometry, size, [])] {
                let error = plan.expect_err("an L1 table of QEMU's ends at 2 EiB");
                let too_large = error == PlanError::SourceTooLarge { size };
                assert_eq!(too_large, expect_too_large, "{geometry:?}: {error}");
                let l1_table = geometry.l1_entries(size.div_ceil(geometry.cluster).into()) * 8;
                let number = if too_large { size.into() } else { l1_table };
                assert!(error.to_string().contains(&number.to_string()), "{geometry:?}: {error}");
            }
            let beyond = size.div_ceil(geometry.cluster);
            assert!(sparse(geometry, size, [beyond]).is_err(), "{geometry:?}: {beyond}");
        }
    }
}

#[test]
fn no_offset_far_past_the_image_wraps_around_into_it() {
    let geometry = Geometry { cluster: 2 * MIB, bits: 16 };
    let disk = narrow(geometry.largest_full_disk());
    let far = [1 << 56, (1 << 62) + 8, (1 << 63) - 1, 1 << 63, u64::MAX - 4095, u64::MAX];
    for (layout, size) in [
        (full(geometry, disk * geometry.cluster), disk * geometry.cluster),
        (sparse(geometry, 2 * EIB, [(2 * EIB / geometry.cluster) - 1]), 2 * EIB),
    ] {
        let layout = layout.expect("it fits");
        let end = layout.image_size();
        for offset in far.into_iter().chain([end, end + 1]) {
            let start = HostOffset::new(offset);
            let mut bytes = [0xa5; 4 * KIB as usize];
            let read = read_image_at(&layout, &mut Unread(size), start, &mut bytes);
            assert_eq!(read.ok(), (offset == end).then_some(0), "{offset}");
            layout.encode_metadata(start, &mut bytes);
            assert_eq!(bytes, [0; 4 * KIB as usize], "{offset}");
            let mut sink = Counting::default();
            let range = start..HostOffset::new(u64::MAX);
            let done = emit_range(&layout, range, &mut Unread(size), &mut sink, &mut bytes, go_on);
            assert_eq!(done.is_ok(), offset == end, "{offset}");
            assert_eq!(sink.bytes, 0, "{offset}");
        }
    }
}
