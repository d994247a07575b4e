//! A checksum of data, to notice when what is written is not what was scanned.
//!
//! It is a sum over words of eight bytes, in which each counts by what it is and where it lies. So stretches can be summed in
//! any order, and zeros, which are not written, count nothing. It finds changes that happen, not ones that somebody makes up
//! in order not to be found.

use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::numbers;

const WORD: usize = 8;

/// What the first word is multiplied by, and how much more each further one: an odd number, whatever the word, so that no
/// change of a word is lost.
const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const STEP: u64 = 0xd1b5_4a32_d192_ed02;

/// The checksum of the bytes at an offset, which is a multiple of 8. It adds up modulo 2^64.
///
/// # Errors
/// If the offset cannot be.
#[wasm_bindgen]
pub fn checksum(offset: f64, bytes: &[u8]) -> Result<u64, JsValue> {
    let offset = numbers::from_js(offset).filter(|offset| offset.is_multiple_of(WORD as u64));
    let offset = offset.ok_or(Failure::Argument)?;
    Ok(sum(offset, bytes))
}

/// As [`checksum`]. What follows the last whole word counts as a word that ends in zeros.
pub(crate) fn sum(offset: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<WORD>();
    let mut last = [0; WORD];
    last[..rest.len()].copy_from_slice(rest);
    let first = FIRST.wrapping_add(STEP.wrapping_mul(offset / WORD as u64));
    let (sum, factor) = words.iter().fold((0, first), add);
    add((sum, factor), &last).0
}

/// The sum with one word more, and the factor of the next one.
fn add((sum, factor): (u64, u64), word: &[u8; WORD]) -> (u64, u64) {
    let word = mix(mix(u64::from_le_bytes(*word)).wrapping_mul(factor));
    (sum.wrapping_add(word), factor.wrapping_add(STEP))
}

/// Has the upper half count in the lower one. It is one to one, and 0 stays 0.
fn mix(word: u64) -> u64 {
    word ^ word >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    #[test]
    fn stretches_add_up_to_the_whole_and_zeros_count_nothing() {
        let mut disk = noise(10_003);
        disk[1024..4096].fill(0);
        let whole = sum(512, &disk);
        let parts = [(4096, 10_003), (0, 1024)]
            .map(|(start, end)| sum(512 + start as u64, &disk[start..end]));
        assert_eq!(parts[0].wrapping_add(parts[1]), whole);
        assert_eq!(sum(1 << 40, &[0; 100]), 0);
    }

    #[test]
    fn every_change_of_a_bit_and_every_exchange_of_words_shows() {
        let disk = noise(1024);
        let whole = sum(0, &disk);
        for bit in 0..1024 * 8 {
            let mut other = disk.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(sum(0, &other), whole, "bit {bit}");
            // Nor does the same bit of the next word make up for it.
            other[(bit / 8 + 8) % 1024] ^= 1 << (bit % 8);
            assert_ne!(sum(0, &other), whole, "bit {bit} twice");
        }
        let mut other = disk;
        other[..16].rotate_left(8);
        assert_ne!(sum(0, &other), whole);
    }

    #[test]
    fn the_end_of_a_disk_counts_byte_for_byte() {
        assert_eq!(sum(0, b"12345678abc"), sum(0, b"12345678abc\0\0\0\0\0"));
        assert_ne!(sum(0, b"12345678abc"), sum(0, b"12345678ab"));
    }
}
