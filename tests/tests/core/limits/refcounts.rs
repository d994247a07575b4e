//! The refcount table has at most 8 MiB.
//!
//! It takes 32 GiB of data to get there, so these tests stop at the plan, without which nothing
//! can be written.

use qcow2_stream::{AllocationMap, Layout, PlanError};
use qcow2_stream_tests::kit::{ImageFile, options};
use qcow2_stream_tests::reader::Image;

use super::{Zeros, assert_says, remedy};

const CLUSTER: u64 = 512;
/// Clusters of the largest refcount table.
const TABLE: u64 = (8 << 20) / CLUSTER;
/// Refcount blocks that it has entries for.
const BLOCKS: u64 = (8 << 20) / 8;

/// Clusters of an image of a full disk of so many clusters, with the largest refcount table.
fn clusters_of_image(disk: u64) -> u64 {
    let l2_tables = disk.div_ceil(CLUSTER / 8);
    let l1_table = l2_tables.div_ceil(CLUSTER / 8);
    1 + TABLE + BLOCKS + l1_table + l2_tables + disk
}

/// The clusters of the largest full disk that blocks of so many refcounts can count.
fn most_clusters(refcounts_per_block: u64) -> u64 {
    let room = BLOCKS * refcounts_per_block;
    let (mut fits, mut too_many) = (0, room);
    while too_many - fits > 1 {
        let middle = fits.midpoint(too_many);
        if clusters_of_image(middle) <= room { fits = middle } else { too_many = middle }
    }
    fits
}

fn plan(disk: u64, refcount_bits: u64) -> Result<Layout, PlanError> {
    let options = options(CLUSTER, refcount_bits);
    Layout::plan(&options, AllocationMap::full(options.cluster_size, disk * CLUSTER)?)
}

#[test]
fn an_image_at_the_limit_is_planned_and_one_cluster_more_is_refused() {
    for refcount_bits in [64, 32] {
        let most = most_clusters(CLUSTER * 8 / refcount_bits);
        let layout = plan(most, refcount_bits).expect("the largest image");
        assert_eq!(layout.image_size(), clusters_of_image(most) * CLUSTER);
        let image = Image::open(ImageFile::new(&layout, Zeros(most * CLUSTER)))
            .expect("the reader takes the header");
        assert_eq!(image.header().refcount_table_clusters, TABLE);
        assert_eq!(1 << image.header().refcount_order, refcount_bits);

        let refusal = plan(most + 1, refcount_bits).expect_err("a cluster too many");
        let PlanError::RefcountTable { image_size, refcount_table, .. } = refusal else {
            panic!("{refusal}");
        };
        assert_eq!(refcount_table, (TABLE + 1) * CLUSTER);
        let numbers = [image_size, CLUSTER, refcount_bits, refcount_table, 8 << 20];
        assert_says(&refusal, &numbers.map(|number| number.to_string()));
        assert_says(&refusal, &[remedy(Some(1024))]);
    }
}
