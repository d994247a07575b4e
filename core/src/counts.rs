//! How many clusters each part of an image takes. Here is the only fixed point of the plan:
//! refcount blocks count themselves.

use core::num::NonZeroU64;

use crate::allocation::AllocationMap;
use crate::geometry::VirtualSize;
use crate::options::Options;

/// Clusters of the image file, by what they hold. The header is one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) refcount_table: u64,
    pub(crate) refcount_blocks: u64,
    pub(crate) l1_table: u64,
    pub(crate) l2_tables: u64,
    /// Guest clusters; none if they lie in a data file.
    pub(crate) data: u64,
}

impl Counts {
    /// An image with this many guest clusters in this many L2 tables.
    pub(crate) fn new(options: &Options, source_size: u64, allocated: u64, l2_tables: u64) -> Self {
        let l1_entries = l1_entries(options, source_size);
        let l1_table = l1_entries.div_ceil(options.cluster_size.entries_per_table().get());
        let data = if options.data_file.is_some() { 0 } else { allocated };
        let counts = Self { refcount_table: 0, refcount_blocks: 0, l1_table, l2_tables, data };
        counts.with_refcounts(options)
    }

    /// The image of a source whose map has the cluster size of the options or a smaller one.
    pub(crate) fn of_map(options: &Options, map: &AllocationMap) -> Self {
        let size = options.cluster_size.bytes();
        let merged =
            NonZeroU64::new(size / map.cluster_size().divisor()).unwrap_or(NonZeroU64::MIN);
        let per_table = merged.saturating_mul(options.cluster_size.entries_per_table());
        let (allocated, l2_tables) = (count_groups(map, merged), count_groups(map, per_table));
        Self::new(options, map.source_size(), allocated, l2_tables)
    }

    /// The image that has every cluster of the source.
    pub(crate) fn fully_allocated(options: &Options, source_size: u64) -> Self {
        let allocated = source_size.div_ceil(options.cluster_size.bytes());
        Self::new(options, source_size, allocated, l1_entries(options, source_size))
    }

    /// All clusters of the image file. They cannot overflow: with at most 2^55 guest clusters (2^64 bytes
    /// in clusters of 512), the tables that count and map them take less than an eighth as many again.
    pub(crate) fn total(&self) -> u64 {
        self.metadata().saturating_add(self.data)
    }

    /// Clusters in front of the first guest cluster.
    pub(crate) fn metadata(&self) -> u64 {
        [self.refcount_table, self.refcount_blocks, self.l1_table, self.l2_tables]
            .into_iter()
            .fold(1, u64::saturating_add)
    }

    /// Adds the fewest refcount blocks and table clusters that count everything, themselves included.
    fn with_refcounts(mut self, options: &Options) -> Self {
        let per_block = options.refcount_bits.per_block(options.cluster_size).get();
        let per_table = options.cluster_size.entries_per_table().get();
        loop {
            let blocks = self.total().div_ceil(per_block);
            // A block counts at least 64 clusters, so this grows ever more slowly, up to the first number that does.
            if blocks <= self.refcount_blocks {
                return self;
            }
            self.refcount_blocks = blocks;
            self.refcount_table = blocks.div_ceil(per_table);
        }
    }
}

fn l1_entries(options: &Options, source_size: u64) -> u64 {
    VirtualSize::of_source(source_size).map_or(0, |size| size.l1_entries(options.cluster_size))
}

/// How many groups of `size` clusters have an allocated one.
fn count_groups(map: &AllocationMap, size: NonZeroU64) -> u64 {
    let (mut count, mut counted_to) = (0_u64, 0_u64);
    for run in map.index_runs(0..map.end().get()) {
        // Runs are not empty, and one may begin in the group where the one before it ended.
        let first = (run.start / size).max(counted_to);
        counted_to = (run.end.saturating_sub(1) / size).saturating_add(1);
        count = count.saturating_add(counted_to.saturating_sub(first));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::GuestCluster;
    use crate::geometry::{ClusterSize, RefcountBits};

    fn options(cluster_size: u64, refcount_bits: u64) -> Options {
        Options {
            cluster_size: ClusterSize::new(cluster_size).unwrap(),
            refcount_bits: RefcountBits::new(refcount_bits).unwrap(),
            data_file: None,
        }
    }

    #[test]
    fn every_cluster_is_counted_and_one_block_less_would_not_do() {
        for bits in [1, 8, 64] {
            let options = options(512, bits);
            let per_block = 512 * 8 / bits;
            for allocated in (0..20_000).step_by(7) {
                let counts = Counts::fully_allocated(&options, allocated * 512);
                assert!(counts.total() <= counts.refcount_blocks * per_block);
                assert_eq!(counts.refcount_table, counts.refcount_blocks.div_ceil(64));
                let one_less = Counts { refcount_blocks: counts.refcount_blocks - 1, ..counts };
                let table = one_less.refcount_blocks.div_ceil(64);
                let one_less = Counts { refcount_table: table, ..one_less };
                assert!(one_less.total() > one_less.refcount_blocks * per_block);
            }
        }
    }

    #[test]
    fn groups_are_counted_once_however_many_runs_touch_them() {
        let mut map = AllocationMap::new(ClusterSize::MIN, 512 * 1000);
        for run in [0..1, 3..4, 5..20, 21..22, 64..65, 999..1000] {
            let run = GuestCluster::new(run.start)..GuestCluster::new(run.end);
            map.allocate(run).unwrap();
        }
        let groups_of = |size| count_groups(&map, NonZeroU64::new(size).unwrap());
        assert_eq!(groups_of(1), map.allocated());
        assert_eq!(groups_of(4), 8);
        assert_eq!(groups_of(64), 3);
        assert_eq!(groups_of(1000), 1);
        assert_eq!(Counts::of_map(&options(2048, 16), &map).data, 8);
    }

    #[test]
    fn the_largest_numbers_there_are_do_not_overflow() {
        let counts = Counts::fully_allocated(&options(512, 64), u64::MAX);
        assert!(counts.total() < u64::MAX / 512 * 2);
        let counts = Counts::fully_allocated(&options(512, 64), (1 << 63) - 1024);
        assert!(counts.total() > 1 << 54);
    }
}
