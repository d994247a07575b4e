//! Which bytes of a request have come.

use std::ops::Range;

/// The most pieces with gaps between them: as many as a large request has sectors.
const MOST: usize = 1024;

/// The bytes of one request that have come so far. Each must come exactly once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// In ascending order, neither empty nor touching.
    ranges: Vec<Range<u32>>,
}

/// Why bytes are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Some of them came before.
    Again,
    /// There are too many gaps.
    TooManyPieces,
}

impl Coverage {
    /// Nothing has come yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether all of the first `length` bytes have come.
    pub(crate) fn is_complete(&self, length: u32) -> bool {
        match self.ranges.as_slice() {
            [] => length == 0,
            [all] => *all == (0..length),
            _ => false,
        }
    }

    /// Notes bytes that come; not none.
    pub(crate) fn add(&mut self, range: Range<u32>) -> Result<(), Refused> {
        let at = self.ranges.partition_point(|before| before.end < range.start);
        let full = self.ranges.len() >= MOST;
        // The first that touches or follows, and the one behind it.
        let mut near = self.ranges.get_mut(at..).unwrap_or_default().iter_mut();
        let (first, second) = (near.next(), near.next());
        match (first, second) {
            (Some(first), next) if first.end == range.start => {
                if next.as_ref().is_some_and(|next| next.start < range.end) {
                    return Err(Refused::Again);
                }
                first.end = range.end;
                if next.is_some_and(|next| next.start == range.end) {
                    self.join(at);
                }
            }
            (Some(first), _) if first.start < range.end => return Err(Refused::Again),
            (Some(first), _) if first.start == range.end => first.start = range.start,
            _ if full => return Err(Refused::TooManyPieces),
            _ => self.ranges.insert(at, range),
        }
        Ok(())
    }

    /// Makes one range of that at `at` and its successor.
    fn join(&mut self, at: usize) {
        let removed = self.ranges.remove(at.saturating_add(1));
        if let Some(range) = self.ranges.get_mut(at) {
            range.end = removed.end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pieces_in_any_order_make_a_whole() {
        let mut coverage = Coverage::default();
        for range in [4..6, 0..2, 9..10, 2..4, 6..9] {
            assert!(!coverage.is_complete(10));
            coverage.add(range).unwrap();
        }
        assert!(coverage.is_complete(10));
        assert!(!coverage.is_complete(11));
    }

    #[test]
    fn too_many_gaps_are_refused() {
        let mut coverage = Coverage::default();
        for at in 0..1024 {
            coverage.add(at * 2..at * 2 + 1).unwrap();
        }
        assert_eq!(coverage.add(5000..5001), Err(Refused::TooManyPieces));
        coverage.add(1..2).unwrap();
        coverage.add(5000..5001).unwrap();
    }

    proptest! {
        #[test]
        fn a_byte_is_taken_once(pieces in prop::collection::vec((0_u32..40, 1_u32..8), 0..30)) {
            let mut coverage = Coverage::default();
            let mut seen = [false; 48];
            for (start, length) in pieces {
                let bytes = &mut seen[start as usize..(start + length) as usize];
                let fresh = bytes.iter().all(|seen| !seen);
                let taken = coverage.add(start..start + length);
                prop_assert_eq!(taken, if fresh { Ok(()) } else { Err(Refused::Again) });
                if fresh {
                    bytes.fill(true);
                }
            }
            let prefix = seen.iter().take_while(|seen| **seen).count() as u32;
            let whole = prefix > 0 && seen[prefix as usize..].iter().all(|seen| !seen);
            prop_assert_eq!(coverage.is_complete(prefix) && prefix > 0, whole);
        }
    }
}
