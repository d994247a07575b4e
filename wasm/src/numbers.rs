//! Offsets and sizes as JavaScript has them: doubles, exact up to 2^53.

/// The largest whole number up to which a double has them all.
pub(crate) const EXACT: u64 = 1 << 53;

/// A size or offset that JavaScript gave.
pub(crate) fn from_js(number: f64) -> Option<u64> {
    let whole = number.fract() == 0.0 && (0.0..=EXACT as f64).contains(&number);
    whole.then_some(number as u64)
}

/// A size or offset for JavaScript. Whoever lets a number in, or plans an image, has held it to [`EXACT`].
pub(crate) fn to_js(number: u64) -> f64 {
    debug_assert!(number <= EXACT, "{number} is not exact as a double");
    number as f64
}

/// The length of something in memory.
pub(crate) fn widen(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The length of a piece, which the caller has held far below what memory has.
pub(crate) fn narrow(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_exact_to_2_to_the_53rd() {
        for number in [0, 1, (1 << 32) + 1, EXACT - 1, EXACT] {
            assert_eq!(from_js(to_js(number)), Some(number));
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for number in [-1.0, 0.5, 9_007_199_254_740_994.0, f64::NAN, f64::INFINITY] {
            assert_eq!(from_js(number), None, "{number}");
        }
    }
}
