//! Where an export holds data, as far as the server has told.

use std::collections::VecDeque;
use std::ops::Range;

/// The most ranges with data that are kept: 1 MiB of memory.
const MOST: usize = 65_536;

/// The ranges with data in one stretch of an export. All numbers are bytes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extents {
    /// The stretch of which everything is known.
    known: Range<u64>,
    /// What of that does not read as zeros: ascending, neither empty nor touching.
    data: VecDeque<Range<u64>>,
}

/// What is known of the bytes from some offset on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The first data, clipped to begin at the offset or after it.
    Data(Range<u64>),
    /// There are zeros up to here, perhaps none; then nothing is known.
    UnknownFrom(u64),
}

impl Extents {
    /// What comes at or after `offset`.
    pub(crate) fn next(&self, offset: u64) -> Next {
        if !self.known.contains(&offset) {
            return Next::UnknownFrom(offset);
        }
        let at = self.data.partition_point(|data| data.end <= offset);
        match self.data.get(at) {
            Some(data) => Next::Data(data.start.max(offset)..data.end),
            None => Next::UnknownFrom(self.known.end),
        }
    }

    /// How far there are zeros from `offset` on, if there are any.
    pub(crate) fn zeros(&self, offset: u64) -> Option<u64> {
        let end = match self.next(offset) {
            Next::Data(data) => data.start,
            Next::UnknownFrom(end) => end,
        };
        Some(end).filter(|end| *end > offset)
    }

    /// Begins to note what is told from `start` on. What was known before is kept if this continues it.
    pub(crate) fn begin(&mut self, start: u64) {
        if start != self.known.end {
            self.known = start..start;
            self.data.clear();
        }
        while self.data.len() > MOST / 2 {
            let forgotten = self.data.pop_front();
            self.known.start = forgotten.map_or(start, |data| data.end);
        }
    }

    /// Notes what comes next: up to `end`, zeros or not. Whether there was room for it.
    pub(crate) fn push(&mut self, end: u64, zero: bool) -> bool {
        let start = self.known.end;
        if !zero && end > start {
            let full = self.data.len() >= MOST;
            match self.data.back_mut() {
                Some(last) if last.end == start => last.end = end,
                _ if full => return false,
                _ => self.data.push_back(start..end),
            }
        }
        self.known.end = end.max(start);
        true
    }

    /// Takes the block in which the known part ends for data, if it ends within one. Blocks have `block`
    /// bytes, a power of two; the last one ends at `size`.
    pub(crate) fn finish(&mut self, block: u32, size: u64) {
        let mask = u64::from(block).saturating_sub(1);
        let end = self.known.end;
        if end & mask != 0 && end < size {
            let next = (end & !mask).saturating_add(mask).saturating_add(1);
            self.push(next.min(size), false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extents() -> Extents {
        let mut extents = Extents::default();
        extents.begin(0);
        for (end, zero) in [(10, true), (20, false), (30, false), (40, true)] {
            assert!(extents.push(end, zero));
        }
        extents
    }

    #[test]
    fn data_is_found_and_the_rest_is_zeros_or_unknown() {
        let extents = extents();
        assert_eq!(extents.next(0), Next::Data(10..30));
        assert_eq!(extents.next(15), Next::Data(15..30));
        assert_eq!(extents.next(30), Next::UnknownFrom(40));
        assert_eq!(extents.next(40), Next::UnknownFrom(40));
        assert_eq!((extents.zeros(0), extents.zeros(10)), (Some(10), None));
        assert_eq!((extents.zeros(35), extents.zeros(40)), (Some(40), None));
    }

    #[test]
    fn what_continues_joins_and_what_does_not_begins_anew() {
        let mut extents = extents();
        extents.begin(40);
        extents.push(50, false);
        extents.begin(50);
        extents.push(60, false);
        assert_eq!(extents.next(0), Next::Data(10..30));
        assert_eq!(extents.next(30), Next::Data(40..60));
        extents.begin(5);
        extents.push(7, true);
        assert_eq!(extents.next(0), Next::UnknownFrom(0));
        assert_eq!(extents.zeros(5), Some(7));
    }

    #[test]
    fn too_many_ranges_are_left_for_later() {
        let mut extents = Extents::default();
        extents.begin(0);
        let mut end = 0;
        while extents.push(end + 1, true) && extents.push(end + 2, false) {
            end += 2;
        }
        assert_eq!(extents.known.end, 2 * MOST as u64 + 1);
        extents.begin(extents.known.end);
        assert_eq!(extents.data.len(), MOST / 2);
        assert!(extents.push(extents.known.end + 1, false));
        assert_eq!(extents.next(0), Next::UnknownFrom(0));
        assert_eq!(extents.next(MOST as u64 * 3 / 2), Next::Data(98305..98306));
    }

    #[test]
    fn a_block_that_is_known_in_part_is_data() {
        let mut extents = Extents::default();
        extents.begin(0);
        extents.push(513, true);
        extents.finish(512, 10_000);
        assert_eq!((extents.known.end, extents.next(0)), (1024, Next::Data(513..1024)));
        extents.push(9999, true);
        extents.finish(512, 10_000);
        assert_eq!((extents.known.end, extents.next(1024)), (10_000, Next::Data(9999..10_000)));
        extents.finish(512, 10_000);
        assert_eq!(extents.known.end, 10_000);
    }
}
