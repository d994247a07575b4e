//! Refcount table entries and refcount blocks ("Host cluster management" in the specification).

use core::num::NonZeroU64;

use super::Word;
use crate::address::HostOffset;
use crate::geometry::RefcountBits;

/// The refcount table entry of a refcount block. It carries no flags.
pub(crate) const fn table_entry(block: HostOffset) -> Word {
    block.get().to_be_bytes()
}

/// Eight bytes of a refcount block in which the first `used` clusters are used once and the others
/// not at all. `used` may exceed what the bytes hold.
pub(crate) fn block_word(width: RefcountBits, used: u64) -> Word {
    let bits = width.bits();
    let mut word = Word::default();
    // Refcounts of a byte or more are big endian: the 1 is in the last byte of each.
    // Narrower ones fill a byte from its least significant bit.
    for cluster in 0..used.min(clusters_per_word(width).get()) {
        let first_bit = cluster.saturating_mul(bits);
        let last_byte = first_bit.saturating_add(bits).div_ceil(8).saturating_sub(1);
        let shift = if bits < 8 { first_bit % 8 } else { 0 };
        let one = u32::try_from(shift).ok().and_then(|shift| 1_u8.checked_shl(shift));
        let byte = usize::try_from(last_byte).ok().and_then(|at| word.get_mut(at));
        if let (Some(byte), Some(one)) = (byte, one) {
            *byte |= one;
        }
    }
    word
}

/// Clusters that eight bytes of a refcount block count.
pub(crate) fn clusters_per_word(width: RefcountBits) -> NonZeroU64 {
    // A width is from 1 to 64 bits, so the fallbacks are never taken.
    NonZeroU64::new(64_u64.checked_div(width.bits()).unwrap_or(1)).unwrap_or(NonZeroU64::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_block(bits: u64, used: u64, expected: Word) {
        assert_eq!(
            block_word(RefcountBits::new(bits).unwrap(), used),
            expected,
            "{bits} bits, {used} used"
        );
    }

    #[test]
    fn full_words_of_every_width() {
        assert_block(1, 64, [0xff; 8]);
        assert_block(2, 99, [0x55; 8]);
        assert_block(4, 16, [0x11; 8]);
        assert_block(8, 8, [1; 8]);
        assert_block(16, 4, [0, 1, 0, 1, 0, 1, 0, 1]);
        assert_block(32, 2, [0, 0, 0, 1, 0, 0, 0, 1]);
        assert_block(64, 1, [0, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn narrow_counts_fill_from_the_least_significant_bit() {
        assert_block(1, 3, [0b111, 0, 0, 0, 0, 0, 0, 0]);
        assert_block(1, 11, [0xff, 0b111, 0, 0, 0, 0, 0, 0]);
        assert_block(2, 3, [0b01_01_01, 0, 0, 0, 0, 0, 0, 0]);
        assert_block(4, 3, [0x11, 0x01, 0, 0, 0, 0, 0, 0]);
        assert_block(8, 3, [1, 1, 1, 0, 0, 0, 0, 0]);
        assert_block(16, 3, [0, 1, 0, 1, 0, 1, 0, 0]);
        assert_block(32, 1, [0, 0, 0, 1, 0, 0, 0, 0]);
        assert_block(64, 0, [0; 8]);
    }

    #[test]
    fn a_table_entry_is_the_bare_offset() {
        assert_eq!(table_entry(HostOffset::new(0x2_0000)), [0, 0, 0, 0, 0, 2, 0, 0]);
    }
}
