//! The numbers an image is built on, parsed once, so that they cannot be wrong afterwards.

use core::fmt;
use core::num::NonZeroU64;

/// The size of a cluster: a power of two from 512 bytes to 2 MiB.
///
/// The specification sets the lower bound (`cluster_bits` is at least 9), QEMU the upper one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u64", into = "u64"))]
pub struct ClusterSize(NonZeroU64);

impl ClusterSize {
    /// The smallest: 512 bytes.
    pub const MIN: Self = Self::from_literal(512);
    /// QEMU's and the script's default: 64 KiB.
    pub const DEFAULT: Self = Self::from_literal(65_536);
    /// The largest that QEMU opens: 2 MiB.
    pub const MAX: Self = Self::from_literal(2_097_152);

    const fn from_literal(bytes: u64) -> Self {
        match NonZeroU64::new(bytes) {
            Some(bytes) => Self(bytes),
            None => Self(NonZeroU64::MIN),
        }
    }

    /// Parses a size in bytes.
    ///
    /// # Errors
    /// [`GeometryError::ClusterSize`] if it is no power of two from 512 to 2,097,152.
    pub fn new(bytes: u64) -> Result<Self, GeometryError> {
        NonZeroU64::new(bytes)
            .filter(|size| size.is_power_of_two())
            .map(Self)
            .filter(|size| (Self::MIN..=Self::MAX).contains(size))
            .ok_or(GeometryError::ClusterSize { bytes })
    }

    /// The size in bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0.get()
    }

    /// The size as a divisor.
    pub(crate) const fn divisor(self) -> NonZeroU64 {
        self.0
    }

    /// `cluster_bits` of the header: the size is `1 << bits`.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0.trailing_zeros()
    }

    /// Entries of 8 bytes in a cluster: in an L2 table, in a cluster of the L1 table, and in a
    /// cluster of the refcount table.
    #[must_use]
    pub const fn entries_per_table(self) -> NonZeroU64 {
        // A cluster is at least 512 bytes, so this is at least 64 and the other arm never taken.
        match NonZeroU64::new(self.0.get() / 8) {
            Some(entries) => entries,
            None => NonZeroU64::MIN,
        }
    }

    /// The sizes larger than this one, ascending.
    pub(crate) fn larger(self) -> impl Iterator<Item = Self> {
        core::iter::successors(Some(self), |size| Self::new(size.bytes().saturating_mul(2)).ok())
            .skip(1)
    }
}

impl Default for ClusterSize {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for ClusterSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u64> for ClusterSize {
    type Error = GeometryError;

    fn try_from(bytes: u64) -> Result<Self, GeometryError> {
        Self::new(bytes)
    }
}

impl From<ClusterSize> for u64 {
    fn from(size: ClusterSize) -> Self {
        size.bytes()
    }
}

/// The width of a reference count: 1, 2, 4, 8, 16, 32 or 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u64", into = "u64"))]
pub struct RefcountBits(u8);

impl RefcountBits {
    /// QEMU's and the script's default: 16 bits.
    pub const DEFAULT: Self = Self(16);

    /// Parses a width in bits.
    ///
    /// # Errors
    /// [`GeometryError::RefcountBits`] if it is no power of two from 1 to 64.
    pub fn new(bits: u64) -> Result<Self, GeometryError> {
        u8::try_from(bits)
            .ok()
            .filter(|width| width.is_power_of_two() && *width <= 64)
            .map(Self)
            .ok_or(GeometryError::RefcountBits { bits })
    }

    /// The width in bits.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0.into()
    }

    /// `refcount_order` of the header: the width is `1 << order`.
    #[must_use]
    pub const fn order(self) -> u32 {
        self.0.trailing_zeros()
    }

    /// Reference counts in a refcount block, which is one cluster.
    #[must_use]
    pub fn per_block(self, cluster_size: ClusterSize) -> NonZeroU64 {
        let bits = cluster_size.bytes().saturating_mul(8);
        // At least 512 * 8 / 64 = 64, so the fallback is never taken.
        NonZeroU64::new(bits.checked_div(self.bits()).unwrap_or(1)).unwrap_or(NonZeroU64::MIN)
    }
}

impl Default for RefcountBits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for RefcountBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u64> for RefcountBits {
    type Error = GeometryError;

    fn try_from(bits: u64) -> Result<Self, GeometryError> {
        Self::new(bits)
    }
}

impl From<RefcountBits> for u64 {
    fn from(width: RefcountBits) -> Self {
        width.bits()
    }
}

/// The size of the virtual disk in bytes: that of the source, rounded up to whole sectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VirtualSize(u64);

impl VirtualSize {
    /// QEMU counts a disk in sectors of 512 bytes.
    pub const SECTOR: u64 = 512;

    /// The largest: the last whole sector below 2^63, where QEMU's offsets end.
    pub const MAX: Self = Self((1 << 63) - Self::SECTOR);

    /// Rounds the size of a source, in bytes, up to whole sectors. `None` past [`MAX`](Self::MAX).
    #[must_use]
    pub fn of_source(bytes: u64) -> Option<Self> {
        bytes.checked_next_multiple_of(Self::SECTOR).map(Self).filter(|size| *size <= Self::MAX)
    }

    /// The size in bytes, a multiple of 512.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// Guest clusters that hold the disk; the last may reach past its end.
    #[must_use]
    pub const fn clusters(self, cluster_size: ClusterSize) -> u64 {
        self.0.div_ceil(cluster_size.bytes())
    }

    /// `l1_size` of the header: L2 tables that would map the whole disk.
    #[must_use]
    pub const fn l1_entries(self, cluster_size: ClusterSize) -> u64 {
        self.clusters(cluster_size).div_ceil(cluster_size.entries_per_table().get())
    }
}

impl fmt::Display for VirtualSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that no image can be built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GeometryError {
    /// See [`ClusterSize::new`].
    #[error("cluster size {bytes}: must be a power of two from 512 to 2097152 bytes (2M)")]
    ClusterSize {
        /// What was asked for, in bytes.
        bytes: u64,
    },
    /// See [`RefcountBits::new`].
    #[error("refcount width {bits}: must be 1, 2, 4, 8, 16, 32 or 64 bits")]
    RefcountBits {
        /// What was asked for, in bits.
        bits: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cluster_sizes_are_the_thirteen_powers_of_two_that_qemu_opens() {
        let accepted: std::vec::Vec<u64> =
            (0..=u64::from(u32::MAX) / 512).filter(|n| ClusterSize::new(*n).is_ok()).collect();
        let expected: std::vec::Vec<u64> = (9..=21).map(|bits| 1 << bits).collect();
        assert_eq!(accepted, expected);
        assert_eq!(ClusterSize::MIN.larger().count(), 12);
        assert_eq!(ClusterSize::MAX.larger().count(), 0);
    }

    #[test]
    fn refcount_widths_are_the_seven_of_the_specification() {
        let accepted: std::vec::Vec<u64> =
            (0..1000).filter(|n| RefcountBits::new(*n).is_ok()).collect();
        assert_eq!(accepted, [1, 2, 4, 8, 16, 32, 64]);
        assert_eq!(RefcountBits::DEFAULT.order(), 4);
        let widest = RefcountBits::new(64).unwrap();
        assert_eq!(widest.per_block(ClusterSize::MIN).get(), 64);
    }

    #[test]
    fn a_virtual_size_is_rounded_up_to_sectors_and_never_to_clusters() {
        let size = VirtualSize::of_source(65_537).unwrap();
        assert_eq!(size.bytes(), 66_048);
        assert_eq!(size.clusters(ClusterSize::DEFAULT), 2);
        assert_eq!(VirtualSize::of_source(0).unwrap().clusters(ClusterSize::MIN), 0);
        let most = (1 << 63) - 512;
        assert_eq!(VirtualSize::of_source(most).unwrap().bytes(), most);
        assert_eq!(VirtualSize::of_source(most + 1), None);
        assert_eq!(VirtualSize::of_source(u64::MAX), None);
    }
}
