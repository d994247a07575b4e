//! The structures on disk, one file each. They encode; they decide nothing.

pub(crate) mod extension;
pub(crate) mod header;
pub(crate) mod l1;
pub(crate) mod l2;
pub(crate) mod refcount;

/// Every table of the format is a row of these: 8 bytes, big endian.
pub(crate) type Word = [u8; 8];

/// Bit 63 of an L1 or L2 entry: the cluster's refcount is exactly one.
const COPIED: u64 = 1 << 63;
