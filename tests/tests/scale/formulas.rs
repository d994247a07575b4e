//! The format's arithmetic, from the specification alone.
//!
//! In 128 bits, so that nothing here wraps around where something there might.

/// QEMU opens no larger L1 table.
pub(crate) const L1_LIMIT: u128 = 32 << 20;
/// QEMU opens no larger refcount table.
pub(crate) const REFCOUNT_TABLE_LIMIT: u128 = 8 << 20;
/// Entries of L1 and L2 tables have offsets in bits 9 to 55.
pub(crate) const OFFSET_LIMIT: u128 = 1 << 56;

/// A cluster size in bytes, and a refcount's width in bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    pub(crate) cluster: u64,
    pub(crate) bits: u64,
}

/// How many clusters each part of an image takes besides the header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    pub(crate) refcount_table: u128,
    pub(crate) refcount_blocks: u128,
    pub(crate) l1_table: u128,
    pub(crate) l2_tables: u128,
    pub(crate) data: u128,
}

/// The first limit that an image exceeds.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Limit {
    L1Table,
    RefcountTable,
    Offset,
}

impl Geometry {
    /// Entries of 8 bytes in an L2 table, which is a cluster.
    pub(crate) fn l2_entries(self) -> u128 {
        u128::from(self.cluster) / 8
    }

    /// Refcounts in a block, which is a cluster.
    pub(crate) fn per_block(self) -> u128 {
        u128::from(self.cluster) * 8 / u128::from(self.bits)
    }

    /// L1 entries for a disk of so many clusters.
    pub(crate) fn l1_entries(self, disk: u128) -> u128 {
        disk.div_ceil(self.l2_entries())
    }

    /// The image of a disk of so many clusters, with so many L2 tables and clusters of data.
    pub(crate) fn parts(self, disk: u128, l2_tables: u128, data: u128) -> Parts {
        let l1_table = self.l1_entries(disk).div_ceil(self.l2_entries());
        let rest = 1 + l1_table + l2_tables + data;
        let table = |blocks: u128| (blocks * 8).div_ceil(self.cluster.into());
        let enough = |blocks| rest + table(blocks) + blocks <= blocks * self.per_block();
        let refcount_blocks = least(1, rest + 1, enough);
        Parts { refcount_table: table(refcount_blocks), refcount_blocks, l1_table, l2_tables, data }
    }

    /// The image of a disk of so many clusters, all of them data.
    pub(crate) fn full(self, disk: u128) -> Parts {
        self.parts(disk, self.l1_entries(disk), disk)
    }

    /// The first limit that the image of a disk of so many clusters exceeds, if it does.
    pub(crate) fn exceeded(self, disk: u128, parts: &Parts) -> Option<Limit> {
        let cluster = u128::from(self.cluster);
        if self.l1_entries(disk) * 8 > L1_LIMIT {
            Some(Limit::L1Table)
        } else if parts.refcount_table * cluster > REFCOUNT_TABLE_LIMIT {
            Some(Limit::RefcountTable)
        } else if parts.total() * cluster > OFFSET_LIMIT {
            Some(Limit::Offset)
        } else {
            None
        }
    }

    /// The clusters of the largest disk that can be all data.
    pub(crate) fn largest_full_disk(self) -> u128 {
        least(1, 1 << 60, |disk| self.exceeded(disk, &self.full(disk)).is_some()) - 1
    }
}

impl Parts {
    /// The clusters in front of the data, the header among them.
    pub(crate) fn metadata(&self) -> u128 {
        1 + self.refcount_table + self.refcount_blocks + self.l1_table + self.l2_tables
    }

    /// All clusters of the image.
    pub(crate) fn total(&self) -> u128 {
        self.metadata() + self.data
    }
}

/// The least number from `low` to `high` of which something holds, as it does of all greater ones.
fn least(mut low: u128, mut high: u128, holds: impl Fn(u128) -> bool) -> u128 {
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}
