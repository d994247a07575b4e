//! What a layout comes to, as plain data.

/// The figures of a planned image. All sizes are in bytes.
///
/// `required` and `fully-allocated` mean what they mean in `qemu-img measure --output=json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub struct LayoutSummary {
    /// The exact length that the image will have.
    pub required: u64,
    /// The length that it would have if every cluster of the virtual disk were allocated.
    pub fully_allocated: u64,
    /// The size of the virtual disk.
    pub virtual_size: u64,
    /// The size of a cluster.
    pub cluster_size: u64,
    /// The width of a reference count, in bits.
    pub refcount_bits: u64,
    /// Guest clusters that the L2 tables map.
    pub allocated_clusters: u64,
    /// The part of the image that is not guest data: header, refcounts, L1 and L2 tables.
    pub metadata_bytes: u64,
}
