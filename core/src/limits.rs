//! What QEMU and the format can hold, and the refusal of anything beyond, with the way out.

use alloc::string::String;
use core::fmt;

use crate::allocation::{AllocationMap, MapError};
use crate::counts::Counts;
use crate::format::header;
use crate::geometry::{ClusterSize, RefcountBits, VirtualSize};
use crate::options::{DataFile, Options};

/// The largest L1 table that QEMU opens, in bytes.
const L1_TABLE_LIMIT: u64 = 32 << 20;

/// The largest refcount table that QEMU opens, in bytes.
const REFCOUNT_TABLE_LIMIT: u64 = 8 << 20;

/// Where the offsets of L1 and L2 entries end: they have bits 9 to 55.
const OFFSET_LIMIT: u64 = 1 << 56;

/// Why an image cannot be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The source is larger than QEMU's offsets reach.
    #[error("the source has {size} bytes; QEMU's disks end at {} bytes", VirtualSize::MAX)]
    SourceTooLarge {
        /// The size of the source in bytes.
        size: u64,
    },
    /// The L1 table would exceed QEMU's limit.
    #[error(
        "virtual size {virtual_size}: with clusters of {cluster_size} bytes the L1 table would take \
         {l1_table} bytes, over QEMU's limit of {L1_TABLE_LIMIT} (32 MiB); {remedy}"
    )]
    L1Table {
        /// The virtual size in bytes.
        virtual_size: u64,
        /// The cluster size that was asked for.
        cluster_size: ClusterSize,
        /// The size that the table would have, in bytes.
        l1_table: u64,
        /// What would do.
        remedy: Remedy,
    },
    /// The refcount table would exceed QEMU's limit.
    #[error(
        "an image of {image_size} bytes: with clusters of {cluster_size} bytes and refcounts of \
         {refcount_bits} bits the refcount table would take {refcount_table} bytes, over QEMU's limit \
         of {REFCOUNT_TABLE_LIMIT} (8 MiB); narrower refcounts make it smaller, and {remedy}"
    )]
    RefcountTable {
        /// The size that the image would have, in bytes.
        image_size: u64,
        /// The cluster size that was asked for.
        cluster_size: ClusterSize,
        /// The refcount width that was asked for.
        refcount_bits: RefcountBits,
        /// The size that the table would have, in bytes.
        refcount_table: u64,
        /// What would do.
        remedy: Remedy,
    },
    /// A cluster would lie further out than a table entry can say.
    #[error(
        "{what} would reach offset {end}; the format's table entries end at {OFFSET_LIMIT} (64 PiB)"
    )]
    Offset {
        /// Which file is too large: "the image" or "the data file".
        what: &'static str,
        /// Where it would end, in bytes.
        end: u64,
    },
    /// The data file has no name, or one that no file can have.
    #[error("the data file name is {0}; give it the name by which QEMU is to open the file")]
    DataFileName(&'static str),
    /// The data file name does not fit into the header.
    #[error(
        "the data file name has {length} bytes; the header has room for {limit} with clusters of \
         {cluster_size} bytes; {remedy}"
    )]
    DataFileNameLength {
        /// The length of the name in bytes.
        length: u64,
        /// What the header has room for, in bytes.
        limit: u64,
        /// The cluster size that was asked for.
        cluster_size: ClusterSize,
        /// What would do.
        remedy: Remedy,
    },
    /// The allocation map was made for another cluster size.
    #[error("the allocation map has clusters of {map} bytes, the options ask for {options}")]
    ClusterSize {
        /// The map's.
        map: ClusterSize,
        /// The options'.
        options: ClusterSize,
    },
    /// No memory for the plan.
    #[error(transparent)]
    Map(#[from] MapError),
}

impl PlanError {
    /// Which cluster size would do, where that is what was looked for. The message ends with it.
    #[must_use]
    pub const fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::L1Table { remedy, .. }
            | Self::RefcountTable { remedy, .. }
            | Self::DataFileNameLength { remedy, .. } => Some(*remedy),
            _ => None,
        }
    }
}

/// The smallest larger cluster size that would do, if one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy(pub Option<ClusterSize>);

impl Remedy {
    /// Looks among the sizes larger than the one that was refused.
    fn find(options: &Options, does: impl Fn(&Options) -> bool) -> Self {
        // No limit that is asked about here looks at the name itself, and without it nothing is allocated.
        let nameless = |file: &DataFile| DataFile { name: String::new(), raw: file.raw };
        let data_file = || options.data_file.as_ref().map(nameless);
        let with = |cluster_size| Options { cluster_size, data_file: data_file(), ..*options };
        Self(options.cluster_size.larger().find(|size| does(&with(*size))))
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(size) => write!(f, "a cluster size of {size} would do"),
            None => write!(f, "no cluster size would do"),
        }
    }
}

impl Options {
    /// What can be refused before the source is read: its size in bytes and the data file's name.
    /// Returns the size of the virtual disk.
    ///
    /// # Errors
    /// [`PlanError`], if no image with these options can hold such a source.
    pub fn check(&self, source_size: u64) -> Result<VirtualSize, PlanError> {
        let too_large = PlanError::SourceTooLarge { size: source_size };
        let virtual_size = VirtualSize::of_source(source_size).ok_or(too_large)?;
        self.check_l1_table(virtual_size)?;
        if let Some(data_file) = &self.data_file {
            self.check_name(data_file)?;
            let clusters = virtual_size.clusters(self.cluster_size);
            check_offset("the data file", clusters.saturating_mul(self.cluster_size.bytes()))?;
        }
        Ok(virtual_size)
    }

    fn check_l1_table(&self, virtual_size: VirtualSize) -> Result<(), PlanError> {
        let bytes =
            |options: &Self| virtual_size.l1_entries(options.cluster_size).saturating_mul(8);
        let does = |options: &Self| bytes(options) <= L1_TABLE_LIMIT;
        if does(self) {
            return Ok(());
        }
        Err(PlanError::L1Table {
            virtual_size: virtual_size.bytes(),
            cluster_size: self.cluster_size,
            l1_table: bytes(self),
            remedy: Remedy::find(self, does),
        })
    }

    fn check_name(&self, data_file: &DataFile) -> Result<(), PlanError> {
        if data_file.name.is_empty() {
            return Err(PlanError::DataFileName("empty"));
        }
        if data_file.name.contains('\0') {
            return Err(PlanError::DataFileName("cut by a NUL character"));
        }
        let length = u64::try_from(data_file.name.len()).unwrap_or(u64::MAX);
        let limit = |options: &Self| header::data_file_name_limit(options.cluster_size);
        if length <= limit(self) {
            return Ok(());
        }
        Err(PlanError::DataFileNameLength {
            length,
            limit: limit(self),
            cluster_size: self.cluster_size,
            remedy: Remedy::find(self, |options| length <= limit(options)),
        })
    }
}

/// What can be refused only when it is known which clusters hold data.
pub(crate) fn check(
    options: &Options,
    map: &AllocationMap,
    counts: &Counts,
) -> Result<(), PlanError> {
    if !has_refcount_table(options, counts) {
        let size = |clusters: u64| clusters.saturating_mul(options.cluster_size.bytes());
        return Err(PlanError::RefcountTable {
            image_size: size(counts.total()),
            cluster_size: options.cluster_size,
            refcount_bits: options.refcount_bits,
            refcount_table: size(counts.refcount_table),
            remedy: Remedy::find(options, |options| {
                has_refcount_table(options, &Counts::of_map(options, map))
            }),
        });
    }
    check_offset("the image", counts.total().saturating_mul(options.cluster_size.bytes()))
}

fn has_refcount_table(options: &Options, counts: &Counts) -> bool {
    counts.refcount_table.saturating_mul(options.cluster_size.bytes()) <= REFCOUNT_TABLE_LIMIT
}

fn check_offset(what: &'static str, end: u64) -> Result<(), PlanError> {
    if end > OFFSET_LIMIT {
        return Err(PlanError::Offset { what, end });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn options(cluster_size: u64, refcount_bits: u64) -> Options {
        Options {
            cluster_size: ClusterSize::new(cluster_size).unwrap(),
            refcount_bits: RefcountBits::new(refcount_bits).unwrap(),
            data_file: None,
        }
    }

    fn with_name(cluster_size: u64, name: &str) -> Options {
        let data_file = Some(DataFile { name: name.into(), raw: false });
        Options { data_file, ..options(cluster_size, 16) }
    }

    #[test]
    fn the_virtual_size_ends_where_the_l1_table_is_full() {
        for (bits, limit) in [(9, 37), (12, 43), (16, 51), (21, 61)] {
            let options = options(1 << bits, 16);
            assert!(options.check(1 << limit).is_ok());
            let error = options.check((1 << limit) + 1).unwrap_err();
            let remedy = ClusterSize::new(1 << (bits + 1)).ok();
            assert!(
                matches!(error, PlanError::L1Table { l1_table: 33_554_440, remedy: Remedy(to), .. } if to == remedy)
            );
        }
    }

    #[test]
    fn a_refusal_names_the_number_the_limit_and_the_remedy() {
        let error = options(512, 16).check(1 << 40).unwrap_err();
        assert_eq!(
            error.to_string(),
            "virtual size 1099511627776: with clusters of 512 bytes the L1 table would take 268435456 bytes, \
             over QEMU's limit of 33554432 (32 MiB); a cluster size of 2048 would do"
        );
        let remedy = error.remedy().unwrap();
        assert!(error.to_string().ends_with(&remedy.to_string()));
        assert!(
            options(512, 16)
                .check(1 << 62)
                .unwrap_err()
                .to_string()
                .ends_with("no cluster size would do")
        );
        assert!(matches!(options(512, 16).check(u64::MAX), Err(PlanError::SourceTooLarge { .. })));
    }

    #[test]
    fn the_refcount_table_ends_at_8_mib() {
        // 512-byte clusters, 64-bit refcounts: 2^20 blocks of 64 clusters are 32 GiB.
        let options = options(512, 64);
        let plan = |clusters: u64| {
            let map = AllocationMap::full(options.cluster_size, clusters * 512).unwrap();
            let counts = Counts::of_map(&options, &map);
            check(&options, &map, &counts).map(|()| counts)
        };
        let most = (0..1 << 26_u64).partition_point_of(|clusters| plan(clusters).is_ok());
        let counts = plan(most - 1).unwrap();
        assert_eq!(counts.refcount_table * 512, 8 << 20);
        assert!(counts.total() <= 1 << 26);
        let error = plan(most).unwrap_err();
        let remedy = Remedy(ClusterSize::new(1024).ok());
        assert!(matches!(error, PlanError::RefcountTable { refcount_table, remedy: to, .. }
            if refcount_table == (8 << 20) + 512 && to == remedy));
    }

    /// `partition_point` for a range too long to hold.
    trait PartitionPoint {
        fn partition_point_of(self, pred: impl Fn(u64) -> bool) -> u64;
    }

    impl PartitionPoint for core::ops::Range<u64> {
        fn partition_point_of(mut self, pred: impl Fn(u64) -> bool) -> u64 {
            while !self.is_empty() {
                let middle = self.start.midpoint(self.end);
                if pred(middle) {
                    self.start = middle + 1;
                } else {
                    self.end = middle;
                }
            }
            self.start
        }
    }

    #[test]
    fn no_cluster_lies_beyond_64_pib() {
        let size = 1_u64 << 56;
        let options = options(2 << 20, 16);
        let map = AllocationMap::full(options.cluster_size, size).unwrap();
        let error = check(&options, &map, &Counts::of_map(&options, &map)).unwrap_err();
        assert!(matches!(error, PlanError::Offset { what: "the image", end } if end > size));
        let data_file = with_name(2 << 20, "disk.raw");
        assert!(data_file.check(size).is_ok());
        assert!(matches!(
            data_file.check(size + 1),
            Err(PlanError::Offset { what: "the data file", .. })
        ));
        assert!(options.check(size + 1).is_ok(), "a sparse source may be larger");
    }

    #[test]
    fn a_data_file_name_must_be_one_and_fit() {
        assert_eq!(with_name(512, "").check(0), Err(PlanError::DataFileName("empty")));
        assert!(with_name(512, "a\0b").check(0).is_err());
        let name = |length| String::from_iter(core::iter::repeat_n('n', length));
        assert!(with_name(512, &name(384)).check(0).is_ok());
        assert_eq!(
            with_name(512, &name(385)).check(0).unwrap_err().to_string(),
            "the data file name has 385 bytes; the header has room for 384 with clusters of 512 bytes; \
             a cluster size of 1024 would do"
        );
    }
}
