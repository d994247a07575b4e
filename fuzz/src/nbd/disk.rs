//! A disk of any size that takes no memory.

use arbitrary::Unstructured;

use crate::choice::{flag, skewed, within};
use crate::pattern::byte_at;

/// Stretches of zeros and of other bytes, by a pattern that comes again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    /// Its size in bytes.
    pub(super) size: u64,
    /// The server's smallest block, a power of two.
    pub(super) block: u32,
    /// The length of a stretch, a multiple of the block.
    pub(super) stretch: u64,
    /// Which of 64 stretches are zeros.
    zeros: u64,
}

impl Disk {
    /// A disk of which only the size matters.
    pub(super) fn of(size: u64) -> Self {
        Self { size, ..Self::default() }
    }

    pub(super) fn draw(u: &mut Unstructured<'_>) -> Self {
        let bits = if flag(u) { 20 } else { 12 };
        let block = 1 << within(u, 0..=bits);
        let stretch = u64::from(block).max(512) << within(u, 0..=6);
        let size = if flag(u) { skewed(u, 63) } else { skewed(u, 20) };
        Self { size, block, stretch, zeros: u.arbitrary().unwrap_or_default() }
    }

    /// Whether the byte at an offset lies in a stretch of zeros.
    pub(super) fn is_zero(&self, offset: u64) -> bool {
        self.zeros >> (offset / self.stretch.max(1) % 64) & 1 == 1
    }

    /// The byte at an offset, also where the disk has ended.
    pub(super) fn byte(&self, offset: u64) -> u8 {
        if self.is_zero(offset) { 0 } else { byte_at(offset) }
    }

    /// The bytes from an offset on.
    pub(super) fn bytes(&self, offset: u64, length: u64) -> Vec<u8> {
        (0..length).map(|at| self.byte(offset.wrapping_add(at))).collect()
    }
}
