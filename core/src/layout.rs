//! Stage 2: every host offset, computed once.

use core::ops::Range;

use crate::address::{GuestCluster, HostCluster, HostOffset};
use crate::allocation::{AllocationMap, MapError};
use crate::counts::Counts;
use crate::format::header::Header;
use crate::geometry::{ClusterSize, RefcountBits, VirtualSize};
use crate::index_set::IndexSet;
use crate::limits::{self, PlanError};
use crate::options::{DataFile, Options};
use crate::segment::Segments;
use crate::summary::LayoutSummary;

/// Where everything lies in the image. The order is header, refcount table, refcount blocks, L1
/// table, L2 tables, guest clusters, each part without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    options: Options,
    virtual_size: VirtualSize,
    map: AllocationMap,
    /// The L1 entries that are in use.
    l2_tables: IndexSet,
    counts: Counts,
}

impl Layout {
    /// Lays out the image of the source that the map was made from.
    ///
    /// With a raw data file the map's clusters do not matter: every cluster is mapped then.
    ///
    /// # Errors
    /// [`PlanError`], if QEMU would not open the image or the format cannot express it.
    pub fn plan(options: &Options, map: AllocationMap) -> Result<Self, PlanError> {
        let virtual_size = options.check(map.source_size())?;
        if map.cluster_size() != options.cluster_size {
            return Err(PlanError::ClusterSize {
                map: map.cluster_size(),
                options: options.cluster_size,
            });
        }
        let map = match &options.data_file {
            Some(DataFile { raw: true, .. }) => {
                AllocationMap::full(map.cluster_size(), map.source_size())?
            }
            _ => map,
        };
        let l2_tables = l2_tables(&map)?;
        let counts = Counts::new(options, map.source_size(), map.allocated(), l2_tables.len());
        limits::check(options, &map, &counts)?;
        let options = options.try_clone().map_err(|_| MapError::OutOfMemory)?;
        Ok(Self { options, virtual_size, map, l2_tables, counts })
    }

    /// The exact length of the image in bytes.
    #[must_use]
    pub fn image_size(&self) -> u64 {
        self.host(self.counts.total()).get()
    }

    /// The length of everything in front of the guest clusters, in bytes.
    #[must_use]
    pub fn metadata_size(&self) -> u64 {
        self.host(self.counts.metadata()).get()
    }

    /// The size of the source in bytes.
    #[must_use]
    pub fn source_size(&self) -> u64 {
        self.map.source_size()
    }

    /// Which guest clusters are allocated.
    #[must_use]
    pub const fn allocation(&self) -> &AllocationMap {
        &self.map
    }

    /// What the image comes to.
    #[must_use]
    pub fn summary(&self) -> LayoutSummary {
        let fully_allocated = Counts::fully_allocated(&self.options, self.map.source_size());
        LayoutSummary {
            required: self.image_size(),
            fully_allocated: self.host(fully_allocated.total()).get(),
            virtual_size: self.virtual_size.bytes(),
            cluster_size: self.cluster_size().bytes(),
            refcount_bits: self.refcount_bits().bits(),
            allocated_clusters: self.map.allocated(),
            metadata_bytes: self.metadata_size(),
        }
    }

    /// The image from its first byte to its last.
    #[must_use]
    pub fn segments(&self) -> Segments<'_> {
        self.segments_in(HostOffset::new(0)..HostOffset::new(self.image_size()))
    }

    /// The part of the image within `range`, as far as the image reaches.
    #[must_use]
    pub fn segments_in(&self, range: Range<HostOffset>) -> Segments<'_> {
        Segments::new(self, range)
    }

    pub(crate) const fn cluster_size(&self) -> ClusterSize {
        self.options.cluster_size
    }

    pub(crate) const fn refcount_bits(&self) -> RefcountBits {
        self.options.refcount_bits
    }

    pub(crate) const fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(crate) const fn has_data_file(&self) -> bool {
        self.options.data_file.is_some()
    }

    /// The L1 entries in use, in the order of their L2 tables in the image.
    pub(crate) const fn l2_tables(&self) -> &IndexSet {
        &self.l2_tables
    }

    pub(crate) fn header(&self) -> Header<'_> {
        let data_file = self.options.data_file.as_ref();
        let l1_size = self.virtual_size.l1_entries(self.cluster_size());
        let l1_table = if l1_size == 0 { HostOffset::new(0) } else { self.offset(self.l1_table()) };
        Header {
            cluster_size: self.cluster_size(),
            refcount_bits: self.refcount_bits(),
            virtual_size: self.virtual_size,
            // Both have been held to the limits of their tables, which are far below u32.
            l1_size: u32::try_from(l1_size).unwrap_or(u32::MAX),
            refcount_table_clusters: u32::try_from(self.counts.refcount_table).unwrap_or(u32::MAX),
            l1_table_offset: l1_table,
            refcount_table_offset: self.offset(self.refcount_table()),
            data_file_name: data_file.map(|file| file.name.as_str()),
            data_file_raw: data_file.is_some_and(|file| file.raw),
        }
    }

    pub(crate) const fn refcount_table(&self) -> HostCluster {
        HostCluster::new(1)
    }

    pub(crate) const fn refcount_blocks(&self) -> HostCluster {
        self.refcount_table().plus(self.counts.refcount_table)
    }

    pub(crate) const fn l1_table(&self) -> HostCluster {
        self.refcount_blocks().plus(self.counts.refcount_blocks)
    }

    /// The L2 table that has `nth` tables before it.
    pub(crate) const fn l2_table(&self, nth: u64) -> HostCluster {
        self.l1_table().plus(self.counts.l1_table).plus(nth)
    }

    /// Where an allocated guest cluster lies, `nth` being the number of those before it. In a data
    /// file the host offset is the guest offset.
    pub(crate) const fn host_cluster(&self, cluster: GuestCluster, nth: u64) -> HostCluster {
        if self.has_data_file() {
            HostCluster::new(cluster.get())
        } else {
            self.l2_table(self.counts.l2_tables).plus(nth)
        }
    }

    pub(crate) const fn offset(&self, cluster: HostCluster) -> HostOffset {
        cluster.offset(self.cluster_size())
    }

    const fn host(&self, clusters: u64) -> HostOffset {
        self.offset(HostCluster::new(clusters))
    }
}

/// The L1 entries that need an L2 table.
fn l2_tables(map: &AllocationMap) -> Result<IndexSet, PlanError> {
    let per_table = map.cluster_size().entries_per_table();
    let mut tables = IndexSet::default();
    for run in map.index_runs(0..map.end().get()) {
        // Runs are not empty, and one may begin in the table where the one before it ended.
        let first = (run.start / per_table).max(tables.end());
        let end = (run.end.saturating_sub(1) / per_table).saturating_add(1);
        if first < end {
            tables.push(first..end).map_err(|_| MapError::OutOfMemory)?;
        }
    }
    Ok(tables)
}
