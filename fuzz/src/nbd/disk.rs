//! A disk of any size that takes no memory.

use std::sync::LazyLock;

use arbitrary::Unstructured;

use crate::choice::{flag, skewed, within};
use crate::pattern::fill;

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

    /// The bytes from an offset on, also where the disk has ended.
    pub(super) fn bytes(&self, offset: u64, length: u64) -> Vec<u8> {
        let mut bytes = vec![0; length as usize];
        let mut rest = &mut bytes[..];
        let mut at = offset;
        while !rest.is_empty() {
            let start = (at % PERIOD as u64) as usize;
            let stretch = self.stretch.max(1);
            let left = (stretch - at % stretch).min((PERIOD - start) as u64);
            let part = rest.split_off_mut(..rest.len().min(left as usize)).expect("it is as long");
            if !self.is_zero(at) {
                part.copy_from_slice(&PATTERN[start..][..part.len()]);
            }
            at = at.wrapping_add(part.len() as u64);
        }
        bytes
    }
}

/// A prime, so that bytes that are a power of two apart differ.
const PERIOD: usize = 65_521;

/// Copying is quicker than making up every byte.
static PATTERN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut bytes = vec![0; PERIOD];
    fill(0, &mut bytes);
    bytes
});
