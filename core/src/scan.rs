//! Stage 1: bytes and holes in, an [`AllocationMap`] out.

use crate::address::GuestCluster;
use crate::allocation::{AllocationMap, MapError};
use crate::geometry::ClusterSize;

/// Learns which clusters of a source hold anything but zeros. It is fed the source from front to
/// back, each stretch as bytes or as a hole, cut wherever the caller likes.
#[derive(Clone, Debug)]
pub struct Scanner {
    map: AllocationMap,
    /// Bytes of the source seen so far.
    position: u64,
    /// Whether a byte other than zero has been seen in the cluster at `position`.
    allocated: bool,
}

impl Scanner {
    /// A scanner for a source of `source_size` bytes.
    #[must_use]
    pub fn new(cluster_size: ClusterSize, source_size: u64) -> Self {
        Self { map: AllocationMap::new(cluster_size, source_size), position: 0, allocated: false }
    }

    /// How many bytes of the source have been seen.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// The size of a cluster.
    pub(crate) const fn cluster_size(&self) -> ClusterSize {
        self.map.cluster_size()
    }

    /// How many clusters are known to hold data, the one at [`position`](Self::position) included.
    pub(crate) fn allocated(&self) -> u64 {
        self.map.allocated().saturating_add(self.allocated.into())
    }

    /// The next bytes of the source.
    ///
    /// # Errors
    /// [`MapError::Range`] if the source was said to be shorter, and [`MapError::OutOfMemory`].
    pub fn data(&mut self, mut bytes: &[u8]) -> Result<(), MapError> {
        while !bytes.is_empty() {
            let wanted = usize::try_from(self.left_in_cluster()).unwrap_or(usize::MAX);
            let (part, rest) = bytes.split_at_checked(wanted).unwrap_or((bytes, &[]));
            self.allocated = self.allocated || !is_zero(part);
            self.advance(u64::try_from(part.len()).unwrap_or(u64::MAX))?;
            bytes = rest;
        }
        Ok(())
    }

    /// The next `length` bytes of the source, known to be zero.
    ///
    /// # Errors
    /// As for [`data`](Self::data).
    pub fn hole(&mut self, length: u64) -> Result<(), MapError> {
        let left = self.left_in_cluster();
        if length < left {
            return self.advance(length);
        }
        self.advance(left)?;
        self.advance(length.saturating_sub(left))
    }

    /// Passes the rest of the cluster at [`position`](Self::position) if it is known to hold data, for
    /// then no byte of it can change the answer. Returns the bytes passed, 0 if it is not known.
    ///
    /// # Errors
    /// As for [`data`](Self::data).
    pub fn skip_decided(&mut self) -> Result<u64, MapError> {
        if !self.allocated {
            return Ok(0);
        }
        let left = self.map.source_size().saturating_sub(self.position);
        let skipped = self.left_in_cluster().min(left);
        self.advance(skipped)?;
        Ok(skipped)
    }

    /// The map, once the whole source has been seen.
    ///
    /// # Errors
    /// [`MapError::Range`] if part of the source has not been seen.
    pub fn finish(mut self) -> Result<AllocationMap, MapError> {
        if self.position != self.map.source_size() {
            return Err(self.out_of_range(self.position));
        }
        self.close_cluster()?;
        Ok(self.map)
    }

    /// Bytes from `position` to the end of its cluster: from 1 to the cluster size.
    fn left_in_cluster(&self) -> u64 {
        let size = self.map.cluster_size();
        size.bytes().saturating_sub(self.position % size.divisor())
    }

    /// Moves on, having noted the cluster at `position` if its end is reached. Past that end only
    /// a hole can go.
    fn advance(&mut self, length: u64) -> Result<(), MapError> {
        let ends_cluster = length >= self.left_in_cluster();
        let position = self.position.checked_add(length);
        let position = position.filter(|at| *at <= self.map.source_size());
        let position = position.ok_or_else(|| self.out_of_range(u64::MAX))?;
        if ends_cluster {
            self.close_cluster()?;
        }
        self.position = position;
        Ok(())
    }

    /// Notes the cluster at `position` if it holds data.
    fn close_cluster(&mut self) -> Result<(), MapError> {
        if !self.allocated {
            return Ok(());
        }
        self.allocated = false;
        let cluster = self.position / self.map.cluster_size().divisor();
        let next = cluster.saturating_add(1);
        self.map.allocate(GuestCluster::new(cluster)..GuestCluster::new(next))
    }

    fn out_of_range(&self, position: u64) -> MapError {
        MapError::Range {
            end: position / self.map.cluster_size().divisor(),
            clusters: self.map.end().get(),
        }
    }
}

/// Whether all bytes are zero.
#[must_use]
pub fn is_zero(bytes: &[u8]) -> bool {
    // An OR over a fixed length has no branch inside, so the compiler makes vector code of it.
    let (blocks, rest) = bytes.as_chunks::<512>();
    blocks.iter().all(is_zero_block) && rest.iter().fold(0, |all, byte| all | byte) == 0
}

/// By words, which is quicker than by bytes also where there are no vectors.
#[cfg(not(target_feature = "simd128"))]
fn is_zero_block(block: &[u8; 512]) -> bool {
    let words = block.as_chunks::<8>().0;
    words.iter().fold(0, |all, word| all | u64::from_ne_bytes(*word)) == 0
}

/// Vectors by name: where the browser's module is optimised for size, the compiler makes none by itself.
#[cfg(target_feature = "simd128")]
fn is_zero_block(block: &[u8; 512]) -> bool {
    use core::arch::wasm32::{u64x2, v128_any_true, v128_or};
    let pairs = block.as_chunks::<8>().0.as_chunks::<2>().0;
    !v128_any_true(pairs.iter().fold(u64x2(0, 0), |all, [low, high]| {
        let [low, high] = [*low, *high].map(u64::from_le_bytes);
        v128_or(all, u64x2(low, high))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn allocated(map: &AllocationMap) -> Vec<u64> {
        map.index_runs(0..map.end().get()).flatten().collect()
    }

    #[test]
    fn the_zero_test_sees_a_byte_wherever_it_is() {
        for length in [0, 1, 7, 511, 512, 513, 4096, 5000] {
            let mut bytes = vec![0; length];
            assert!(is_zero(&bytes));
            for at in 0..length {
                bytes[at] = 0x80;
                assert!(!is_zero(&bytes), "{at} of {length}");
                bytes[at] = 0;
            }
        }
    }

    #[test]
    fn any_cut_into_bytes_and_holes_gives_the_same_map() {
        let mut disk = vec![0; 5 * 512 + 100];
        disk[511] = 1;
        disk[3 * 512] = 1;
        disk[5 * 512 + 99] = 1;
        for cut in 1..700 {
            let mut scanner = Scanner::new(ClusterSize::MIN, disk.len() as u64);
            for part in disk.chunks(cut) {
                if is_zero(part) {
                    scanner.hole(part.len() as u64).unwrap();
                } else {
                    scanner.data(part).unwrap();
                }
            }
            assert_eq!(allocated(&scanner.finish().unwrap()), [0, 3, 5], "cut {cut}");
        }
    }

    #[test]
    fn a_decided_cluster_is_skipped_to_its_end_or_that_of_the_source() {
        let mut scanner = Scanner::new(ClusterSize::MIN, 700);
        assert_eq!(scanner.skip_decided(), Ok(0));
        scanner.data(&[0, 1]).unwrap();
        assert_eq!(scanner.skip_decided(), Ok(510));
        assert_eq!(scanner.skip_decided(), Ok(0));
        scanner.data(&[1]).unwrap();
        assert_eq!(scanner.skip_decided(), Ok(187));
        assert_eq!(allocated(&scanner.finish().unwrap()), [0, 1]);
    }

    #[test]
    fn more_or_less_than_the_source_is_an_error() {
        let mut scanner = Scanner::new(ClusterSize::MIN, 600);
        assert!(scanner.clone().finish().is_err());
        assert!(scanner.hole(601).is_err());
        assert!(scanner.data(&[0; 601]).is_err());
        assert!(Scanner::new(ClusterSize::MIN, 600).hole(u64::MAX).is_err());
    }

    #[test]
    fn a_hole_as_large_as_can_be_costs_nothing() {
        let mut scanner = Scanner::new(ClusterSize::MIN, u64::MAX);
        scanner.data(&[1]).unwrap();
        scanner.hole(u64::MAX - 2).unwrap();
        scanner.data(&[1]).unwrap();
        let map = scanner.finish().unwrap();
        assert_eq!(map.allocated(), 2);
        assert_eq!(map.select(1), Some(GuestCluster::new(u64::MAX / 512)));
    }
}
