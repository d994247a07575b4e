//! Which guest clusters hold data.

use alloc::collections::TryReserveError;
use core::ops::Range;

use crate::address::GuestCluster;
use crate::geometry::ClusterSize;
use crate::index_set::{IndexSet, Runs};

/// Which guest clusters of a source are allocated in the image.
///
/// Empty and full stretches take constant memory, broken-up ones about a bit a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocationMap {
    cluster_size: ClusterSize,
    source_size: u64,
    clusters: IndexSet,
}

impl AllocationMap {
    /// A map of a source of `source_size` bytes with no cluster allocated.
    #[must_use]
    pub fn new(cluster_size: ClusterSize, source_size: u64) -> Self {
        Self { cluster_size, source_size, clusters: IndexSet::default() }
    }

    /// A map with every cluster allocated.
    ///
    /// # Errors
    /// [`MapError::OutOfMemory`] if there is no memory for a single run.
    pub fn full(cluster_size: ClusterSize, source_size: u64) -> Result<Self, MapError> {
        let mut map = Self::new(cluster_size, source_size);
        map.allocate(GuestCluster::new(0)..map.end())?;
        Ok(map)
    }

    /// Marks a run of clusters as allocated. Runs come in ascending order.
    ///
    /// # Errors
    /// [`MapError::Order`] if the run begins before the end of the one before it,
    /// [`MapError::Range`] if it reaches past the end of the source, and [`MapError::OutOfMemory`].
    pub fn allocate(&mut self, run: Range<GuestCluster>) -> Result<(), MapError> {
        let run = run.start.get()..run.end.get();
        if run.is_empty() {
            return Ok(());
        }
        let (end, clusters) = (self.clusters.end(), self.end().get());
        if run.start < end {
            return Err(MapError::Order { cluster: run.start, end });
        }
        if run.end > clusters {
            return Err(MapError::Range { end: run.end, clusters });
        }
        self.clusters.push(run).map_err(|_: TryReserveError| MapError::OutOfMemory)
    }

    /// Marks what is allocated in another map of the same source, all of which comes behind what this one has.
    ///
    /// # Errors
    /// [`MapError::Other`] if it is that of another source, and as for [`allocate`](Self::allocate).
    pub fn append(&mut self, next: &Self) -> Result<(), MapError> {
        if (next.cluster_size, next.source_size) != (self.cluster_size, self.source_size) {
            return Err(MapError::Other {
                source_size: next.source_size,
                cluster_size: next.cluster_size,
            });
        }
        let all = GuestCluster::new(0)..next.end();
        next.runs(all).try_for_each(|run| self.allocate(run))
    }

    /// The size of a cluster.
    #[must_use]
    pub const fn cluster_size(&self) -> ClusterSize {
        self.cluster_size
    }

    /// The size of the source in bytes.
    #[must_use]
    pub const fn source_size(&self) -> u64 {
        self.source_size
    }

    /// How many clusters are allocated.
    #[must_use]
    pub const fn allocated(&self) -> u64 {
        self.clusters.len()
    }

    /// One past the last cluster of the source, allocated or not.
    #[must_use]
    pub const fn end(&self) -> GuestCluster {
        GuestCluster::new(self.source_size.div_ceil(self.cluster_size.bytes()))
    }

    /// The allocated clusters within `range`, as runs in ascending order that do not touch.
    pub fn runs(&self, range: Range<GuestCluster>) -> impl Iterator<Item = Range<GuestCluster>> {
        self.index_runs(range.start.get()..range.end.get())
            .map(|run| GuestCluster::new(run.start)..GuestCluster::new(run.end))
    }

    /// [`runs`](Self::runs) as plain indices.
    pub(crate) fn index_runs(&self, range: Range<u64>) -> Runs<'_> {
        self.clusters.runs(range)
    }

    /// How many clusters before this one are allocated.
    pub(crate) fn rank(&self, cluster: GuestCluster) -> u64 {
        self.clusters.rank(cluster.get())
    }

    /// The allocated cluster that has `rank` allocated ones before it.
    pub(crate) fn select(&self, rank: u64) -> Option<GuestCluster> {
        self.clusters.select(rank).map(GuestCluster::new)
    }
}

/// Why a run could not be marked as allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// Runs come in ascending order.
    #[error("allocation map: cluster {cluster} comes after cluster {end} has been passed")]
    Order {
        /// The first cluster of the refused run.
        cluster: u64,
        /// One past the last cluster allocated before it.
        end: u64,
    },
    /// The source ends before the run does.
    #[error("allocation map: a run ends at cluster {end}, but the source has {clusters} clusters")]
    Range {
        /// One past the last cluster of the refused run.
        end: u64,
        /// Clusters of the source.
        clusters: u64,
    },
    /// The maps to be joined must be of one source.
    #[error(
        "allocation map: to be joined with that of another source, of {source_size} bytes and clusters of {cluster_size}"
    )]
    Other {
        /// The size of the other source in bytes.
        source_size: u64,
        /// The size of the clusters of the other map.
        cluster_size: ClusterSize,
    },
    /// There is no memory for another run.
    #[error("allocation map: out of memory; a larger cluster size needs less")]
    OutOfMemory,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(start: u64, end: u64) -> Range<GuestCluster> {
        GuestCluster::new(start)..GuestCluster::new(end)
    }

    #[test]
    fn runs_out_of_order_or_out_of_range_are_refused() {
        let mut map = AllocationMap::new(ClusterSize::MIN, 5000);
        assert_eq!(map.end().get(), 10);
        map.allocate(run(2, 4)).unwrap();
        map.allocate(run(7, 7)).unwrap();
        assert_eq!(map.allocate(run(3, 5)), Err(MapError::Order { cluster: 3, end: 4 }));
        assert_eq!(map.allocate(run(9, 11)), Err(MapError::Range { end: 11, clusters: 10 }));
        map.allocate(run(9, 10)).unwrap();
        assert_eq!(map.allocated(), 3);
    }

    #[test]
    fn maps_of_the_parts_of_one_source_join_in_order() {
        let mut map = AllocationMap::new(ClusterSize::MIN, 5000);
        let mut next = map.clone();
        map.allocate(run(0, 3)).unwrap();
        next.allocate(run(3, 5)).unwrap();
        next.allocate(run(9, 10)).unwrap();
        map.append(&next).unwrap();
        let all: std::vec::Vec<_> = map.runs(run(0, 10)).collect();
        assert_eq!(all, [run(0, 5), run(9, 10)]);
        assert_eq!(map.append(&next), Err(MapError::Order { cluster: 3, end: 10 }));
        for other in [
            AllocationMap::new(ClusterSize::MIN, 5001),
            AllocationMap::new(ClusterSize::DEFAULT, 5000),
        ] {
            let (source_size, cluster_size) = (other.source_size, other.cluster_size);
            assert_eq!(map.append(&other), Err(MapError::Other { source_size, cluster_size }));
        }
    }

    #[test]
    fn a_full_map_of_any_size_is_one_run() {
        let map = AllocationMap::full(ClusterSize::DEFAULT, u64::MAX).unwrap();
        assert_eq!(map.allocated(), 1 << 48);
        assert_eq!(map.runs(run(5, 9)).next(), Some(run(5, 9)));
        assert_eq!(map.rank(GuestCluster::new(77)), 77);
        assert_eq!(map.select(1 << 40), Some(GuestCluster::new(1 << 40)));
        assert_eq!(AllocationMap::full(ClusterSize::MIN, 0).unwrap().allocated(), 0);
    }
}
