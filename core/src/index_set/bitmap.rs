//! A bitmap of one window of indices.

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::ops::Range;

/// Bits in a bitmap.
pub(super) const BITS: u64 = 32_768;

/// `BITS` in words of 64.
pub(super) const WORDS: usize = 512;

/// `BITS` bits, held apart from the entry that owns them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bitmap(Box<[u64]>);

impl Bitmap {
    /// A bitmap with no bit set.
    pub(super) fn new() -> Result<Self, TryReserveError> {
        let mut words = Vec::new();
        words.try_reserve_exact(WORDS)?;
        words.resize(WORDS, 0);
        Ok(Self(words.into()))
    }

    /// Sets the bits within `range`.
    pub(super) fn set(&mut self, range: Range<u64>) {
        for (index, word) in self.0.iter_mut().enumerate().skip(word_of(range.start)) {
            let base = bit_of(index);
            if base >= range.end {
                return;
            }
            *word |= low_bits(range.end.saturating_sub(base))
                & !low_bits(range.start.saturating_sub(base));
        }
    }

    /// How many bits below `bit` are set.
    pub(super) fn count_below(&self, bit: u64) -> u64 {
        let whole = self.0.iter().take(word_of(bit)).map(|word| word.count_ones());
        let part = self.0.get(word_of(bit)).map_or(0, |word| word & low_bits(bit % 64));
        whole.map(u64::from).fold(part.count_ones().into(), u64::saturating_add)
    }

    /// The bit that is set and has `rank` bits set below it.
    pub(super) fn nth(&self, rank: u64) -> Option<u64> {
        let mut left = rank;
        for (index, word) in self.0.iter().enumerate() {
            let ones = u64::from(word.count_ones());
            if left < ones {
                // Clears the lowest bit that is set, as often as there are such bits before ours.
                let rest = (0..left).fold(*word, |word, _| word & word.wrapping_sub(1));
                return Some(bit_of(index).saturating_add(rest.trailing_zeros().into()));
            }
            left = left.saturating_sub(ones);
        }
        None
    }

    /// The first run of bits that are set, at or after `from`.
    pub(super) fn run_from(&self, from: u64) -> Option<Range<u64>> {
        let start = self.find(from, |word| word)?;
        let end = self.find(start, |word| !word).unwrap_or(BITS);
        Some(start..end)
    }

    /// The first bit at or after `from` that is set in the words as `view` shows them.
    fn find(&self, from: u64, view: impl Fn(u64) -> u64) -> Option<u64> {
        let mut mask = !low_bits(from % 64);
        for (index, word) in self.0.iter().enumerate().skip(word_of(from)) {
            let seen = view(*word) & mask;
            if seen != 0 {
                return Some(bit_of(index).saturating_add(seen.trailing_zeros().into()));
            }
            mask = u64::MAX;
        }
        None
    }
}

/// The word that a bit lies in.
fn word_of(bit: u64) -> usize {
    usize::try_from(bit / 64).unwrap_or(usize::MAX)
}

/// The first bit of a word.
fn bit_of(word: usize) -> u64 {
    u64::try_from(word).unwrap_or(u64::MAX).saturating_mul(64)
}

/// A word with the lowest `count` bits set, all of them from 64 on.
fn low_bits(count: u64) -> u64 {
    let bit = u32::try_from(count).ok().and_then(|count| 1_u64.checked_shl(count));
    bit.map_or(u64::MAX, |bit| bit.wrapping_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_within_and_across_words_are_found_again() {
        for run in [0..1, 63..64, 63..65, 1..127, 64..128, 5..32_768, 32_767..32_768, 0..32_768] {
            let mut bitmap = Bitmap::new().unwrap();
            bitmap.set(run.clone());
            assert_eq!(bitmap.run_from(0), Some(run.clone()));
            assert_eq!(bitmap.run_from(run.end), None);
            assert_eq!(bitmap.run_from(run.end - 1), Some(run.end - 1..run.end));
            assert_eq!(bitmap.count_below(BITS), run.end - run.start);
            assert_eq!(bitmap.count_below(run.start), 0);
            assert_eq!(bitmap.count_below(run.end - 1), run.end - 1 - run.start);
            assert_eq!(bitmap.nth(0), Some(run.start));
            assert_eq!(bitmap.nth(run.end - run.start - 1), Some(run.end - 1));
            assert_eq!(bitmap.nth(run.end - run.start), None);
        }
    }
}
