//! The fixed part of the header: its fields, and the rules on their values.

use super::bytes::{be32, be64};
use super::error::{Error, ensure};
use super::refused::{DATA_FILE, DATA_FILE_RAW, check_features, check_identity, check_length};

/// How many bytes the longest header has that the reader accepts.
pub(crate) const LONGEST: usize = 112;

/// QEMU's limits, which the specification's notes give.
const MAX_L1_BYTES: u64 = 32 << 20;
const MAX_REFCOUNT_TABLE_BYTES: u64 = 8 << 20;

/// The header's fields that an accepted image may choose.
#[derive(Clone, Debug)]
pub struct Header {
    /// Where the backing file's name is; 0 if there is none.
    pub backing_offset: u64,
    /// How many bytes the backing file's name has.
    pub backing_length: u32,
    /// The bits that address a byte within a cluster.
    pub cluster_bits: u32,
    /// The disk's size as the guest sees it.
    pub virtual_size: u64,
    /// How many entries the L1 table has.
    pub l1_entries: u64,
    /// Where the L1 table is.
    pub l1_offset: u64,
    /// Where the refcount table is.
    pub refcount_table_offset: u64,
    /// How many clusters the refcount table has.
    pub refcount_table_clusters: u64,
    /// Whether the data are in another file.
    pub data_file: bool,
    /// Whether that other file is a raw image by itself.
    pub data_file_raw: bool,
    /// The logarithm of a refcount's width in bits.
    pub refcount_order: u32,
    /// Where the header extensions start.
    pub length: u32,
}

impl Header {
    /// Reads the header from the file's first [`LONGEST`] bytes.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        check_identity(bytes)?;
        check_features(bytes)?;
        check_length(bytes)?;
        let header = Self {
            backing_offset: be64(bytes, 8),
            backing_length: be32(bytes, 16),
            cluster_bits: be32(bytes, 20),
            virtual_size: be64(bytes, 24),
            l1_entries: be32(bytes, 36).into(),
            l1_offset: be64(bytes, 40),
            refcount_table_offset: be64(bytes, 48),
            refcount_table_clusters: be32(bytes, 56).into(),
            data_file: be64(bytes, 72) & DATA_FILE != 0,
            data_file_raw: be64(bytes, 88) & DATA_FILE_RAW != 0,
            refcount_order: be32(bytes, 96),
            length: be32(bytes, 100),
        };
        header.check_sizes()?;
        header.check_l1()?;
        header.check_refcount_table()?;
        Ok(header)
    }

    /// A cluster's size in bytes.
    pub fn cluster_size(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// How many clusters `bytes` take, the last one perhaps in part.
    pub(crate) fn clusters(&self, bytes: u64) -> u64 {
        bytes.div_ceil(self.cluster_size())
    }

    /// How many bytes of the guest one L2 table maps.
    pub(crate) fn bytes_per_l2(&self) -> u64 {
        self.cluster_size() / 8 * self.cluster_size()
    }

    /// Whether `offset` is the start of a cluster.
    pub(crate) fn aligned(&self, offset: u64) -> bool {
        offset.is_multiple_of(self.cluster_size())
    }

    fn check_sizes(&self) -> Result<(), Error> {
        let bits = self.cluster_bits;
        ensure!((9..=21).contains(&bits), "header: cluster_bits is {bits}, not 9 to 21");
        let size = self.virtual_size;
        ensure!(size.is_multiple_of(512), "header: size {size} is not a multiple of 512");
        let order = self.refcount_order;
        ensure!(order <= 6, "header: refcount_order is {order}, more than 6");
        Ok(())
    }

    fn check_l1(&self) -> Result<(), Error> {
        let (have, offset) = (self.l1_entries, self.l1_offset);
        ensure!(have * 8 <= MAX_L1_BYTES, "header: l1_size {have} makes more than 32 MiB");
        let need = self.virtual_size.div_ceil(self.bytes_per_l2());
        ensure!(have == need, "header: l1_size is {have}, but the size needs {need}");
        ensure!(self.aligned(offset), "header: l1_table_offset {offset} is not cluster aligned");
        ensure!(offset != 0 || have == 0, "header: l1_table_offset is 0 with {have} entries");
        Ok(())
    }

    fn check_refcount_table(&self) -> Result<(), Error> {
        let offset = self.refcount_table_offset;
        ensure!(
            self.aligned(offset),
            "header: refcount_table_offset {offset} is not cluster aligned"
        );
        ensure!(offset != 0, "header: refcount_table_offset is 0");
        let clusters = self.refcount_table_clusters;
        ensure!(clusters != 0, "header: refcount_table_clusters is 0");
        ensure!(
            clusters * self.cluster_size() <= MAX_REFCOUNT_TABLE_BYTES,
            "header: refcount_table_clusters {clusters} makes more than 8 MiB"
        );
        Ok(())
    }
}
