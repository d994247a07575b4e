//! What a check found out about an image.

use super::extensions::Extensions;
use super::features::FeatureName;
use super::header::Header;
use super::tables::Tables;

/// The numbers of an image that passed every check.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Summary {
    /// The disk's size as the guest sees it.
    pub virtual_size: u64,
    /// A cluster's size in bytes.
    pub cluster_size: u64,
    /// A refcount's width in bits.
    pub refcount_bits: u32,
    /// How many guest clusters are mapped.
    pub allocated_clusters: u64,
    /// How many L2 tables there are.
    pub l2_tables: u64,
    /// How many refcount blocks there are.
    pub refcount_blocks: u64,
    /// The name of the file with the data.
    pub data_file_name: Option<Vec<u8>>,
    /// Whether the data are in another file.
    pub data_file: bool,
    /// Whether that other file is a raw image by itself.
    pub data_file_raw: bool,
    /// The backing file's name.
    pub backing_file: Option<Vec<u8>>,
    /// The feature name table's entries.
    pub feature_names: Vec<FeatureName>,
}

impl Summary {
    pub(crate) fn new(
        header: &Header,
        extensions: &Extensions,
        tables: &Tables,
        refcount_blocks: u64,
    ) -> Self {
        let allocated: u64 = tables.runs.iter().map(|run| run.length).sum();
        Self {
            virtual_size: header.virtual_size,
            cluster_size: header.cluster_size(),
            refcount_bits: 1 << header.refcount_order,
            allocated_clusters: header.clusters(allocated),
            l2_tables: tables.l2_offsets.len() as u64,
            refcount_blocks,
            data_file_name: extensions.data_file_name.clone(),
            data_file: header.data_file,
            data_file_raw: header.data_file_raw,
            backing_file: extensions.backing_file.clone(),
            feature_names: extensions.feature_names.clone(),
        }
    }
}
