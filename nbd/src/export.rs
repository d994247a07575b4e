//! What is known of an export when the transmission begins.

use crate::error::{Error, Refusal};

/// What a server has agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its size in bytes.
    pub size: u64,
    /// Whether the server lets nobody write to it over this connection.
    pub read_only: bool,
    /// Whether reads are answered with structured replies.
    pub structured: bool,
    /// The number of the context `base:allocation`, if the server tells holes.
    pub(crate) context: Option<u32>,
    /// How requests must be cut.
    pub(crate) block: BlockSize,
}

/// How requests must be cut, all in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockSize {
    /// Offsets and lengths are multiples of it.
    pub(crate) minimum: u32,
    /// Reads do best if they begin and end at multiples of it. A power of two.
    pub(crate) preferred: u32,
    /// No read is longer.
    pub(crate) maximum: u32,
}

/// What the protocol tells clients to assume.
impl Default for BlockSize {
    fn default() -> Self {
        Self { minimum: 512, preferred: 4096, maximum: 32 << 20 }
    }
}

/// The largest minimum. The protocol allows servers 64 KiB.
const LARGEST_MINIMUM: u32 = 1 << 20;

impl BlockSize {
    /// Block sizes that make sense.
    pub(crate) fn new(minimum: u32, preferred: u32, maximum: u32) -> Result<Self, Error> {
        if !minimum.is_power_of_two() || preferred < minimum || maximum < minimum {
            return Err(Error::protocol(format!(
                "block sizes of {minimum} (minimum), {preferred} (preferred) and {maximum} (maximum) bytes"
            )));
        }
        if minimum > LARGEST_MINIMUM {
            return Err(Refusal::BlockSize { minimum, limit: LARGEST_MINIMUM }.into());
        }
        // It is but a hint, and one that can be followed only if it is a power of two, as it should be.
        let preferred = if preferred.is_power_of_two() { preferred } else { minimum };
        Ok(Self { minimum, preferred, maximum })
    }

    /// How long requests are to be, if they should be about `wanted` bytes long: a multiple of the minimum.
    pub(crate) fn request(self, wanted: u32) -> u32 {
        let down = |length: u32| length & !self.minimum.saturating_sub(1);
        down(wanted.max(self.minimum).min(self.maximum)).max(self.minimum)
    }
}

/// Whether the transmission flags of an export (`NBD_FLAG_READ_ONLY`) forbid writing.
pub(crate) fn is_read_only(flags: u16) -> bool {
    flags & 1 << 1 != 0
}

/// The most bytes that an offset can be counted in.
pub(crate) fn check_size(size: u64) -> Result<u64, Refusal> {
    if i64::try_from(size).is_err() {
        return Err(Refusal::TooLarge(size));
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_sizes_that_make_no_sense_are_refused() {
        for (minimum, preferred, maximum) in
            [(0, 4096, 1 << 20), (3, 4096, 1 << 20), (512, 256, 1 << 20), (4096, 4096, 512)]
        {
            assert!(matches!(BlockSize::new(minimum, preferred, maximum), Err(Error::Protocol(_))));
        }
        let large = BlockSize::new(2 << 20, 2 << 20, 4 << 20);
        assert!(matches!(large, Err(Error::Refused(Refusal::BlockSize { .. }))));
    }

    #[test]
    fn a_preferred_size_that_is_no_power_of_two_is_ignored() {
        assert_eq!(BlockSize::new(512, u32::MAX, u32::MAX).unwrap().preferred, 512);
        assert_eq!(BlockSize::new(512, 1 << 31, u32::MAX).unwrap().preferred, 1 << 31);
    }

    #[test]
    fn requests_are_multiples_of_the_minimum_up_to_the_maximum() {
        let sizes = BlockSize::new(4096, 65536, 100_000).unwrap();
        assert_eq!(sizes.request(1 << 20), 98_304);
        assert_eq!(sizes.request(5000), 4096);
        assert_eq!(sizes.request(1), 4096);
        assert_eq!(BlockSize::new(1, 4096, u32::MAX).unwrap().request(512 * 1024), 512 * 1024);
    }

    #[test]
    fn a_size_is_at_most_2_to_the_63_less_1() {
        assert_eq!(check_size(u64::MAX / 2), Ok(u64::MAX / 2));
        assert_eq!(check_size(1 << 63), Err(Refusal::TooLarge(1 << 63)));
    }
}
