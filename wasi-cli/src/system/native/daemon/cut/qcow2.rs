//! qcow2: an L1 table leads to L2 tables, and those to clusters.

use super::fields::{Entry, be_u32, be_u64};
use super::tables::{Blocks, Cut, End, Tables};

/// The bits of an entry that are an offset, in L1 tables and for ordinary clusters.
const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;

/// The bit of an L2 entry that tells a compressed cluster.
const COMPRESSED: u64 = 1 << 62;

/// The bit of an L2 entry that tells a cluster with a refcount of 1.
const COPIED: u64 = 1 << 63;

/// The bit of an L2 entry that tells a cluster of zeros. Extended entries have other means.
const ZEROS: u64 = 1;

/// Incompatible feature: the clusters are in another file.
const DATA_FILE: u64 = 1 << 2;

/// Incompatible feature: an L2 entry has a bitmap behind it.
const EXTENDED_L2: u64 = 1 << 4;

/// Looks at an image. `data_file` is the end of the file with its clusters, if they are in one of their own.
pub(super) fn check(tables: &mut Tables<'_>, data_file: Option<End>) -> Result<(), Cut> {
    let (header, end) = (tables.header(0, 72)?, tables.end);
    let features = if be_u32(&header, 4) < 3 { 0 } else { be_u64(&tables.header(72, 8)?, 0) };
    let bits = be_u32(&header, 20);
    if !(9..=21).contains(&bits) {
        return Ok(());
    }
    let data_file = data_file.filter(|_| features & DATA_FILE != 0);
    let (entries, l1) = (be_u32(&header, 36), be_u64(&header, 40));
    let entry = if features & EXTENDED_L2 == 0 { Entry::Eight } else { Entry::Sixteen };
    let count = (1 << bits) / entry.size();
    let offset = |entry: &[u8]| be_u64(entry, 0) & OFFSET;
    let blocks = Blocks::new(1 << bits, be_u64(&header, 24), |number| {
        let l2 = offset(&tables.header(l1.saturating_add(number / count * 8), 8)?);
        if l2 == 0 {
            return Ok(0);
        }
        let at = l2.saturating_add(number % count * entry.size());
        Ok(offset(&tables.header(at, 8)?))
    })?;
    let l2 = tables.offsets(l1, entries.into(), Entry::Eight, offset)?;
    tables.tables(l2, count, entry, |entry| {
        let is_beside = data_file.is_some();
        let Some((offset, length)) = data(entry, bits, blocks, is_beside) else { return Ok(()) };
        match data_file {
            Some(end) => end.has_all(offset, length).map_err(|_| Cut::Beside(offset)),
            None => end.has_all(offset, length),
        }
    })
}

/// Where the data of a cluster begins, if it has any, and how much of it must be there. `is_beside` says that the clusters are in a file of their own, where one may begin at 0.
fn data(entry: &[u8], bits: u32, blocks: Blocks, is_beside: bool) -> Option<(u64, u64)> {
    let number = be_u64(entry, 0);
    if number & COMPRESSED != 0 {
        let offset_bits = 62 - (bits - 8);
        let offset = number & ((1 << offset_bits) - 1);
        // So many sectors follow that of the first byte. The last one need not be full.
        let more = (number & !(3 << 62)) >> offset_bits << 9;
        let last = (offset & !511).saturating_add(more).max(offset);
        return Some((offset, last - offset + 1));
    }
    let offset = number & OFFSET;
    let needed = blocks.needed(offset);
    let length = match entry.len() {
        8 if number & ZEROS == 0 => needed,
        8 => 0,
        // The lower half of the bitmap tells which of 32 parts are allocated. The first is its lowest bit.
        _ => needed.min(u64::from(32 - be_u32(entry, 12).leading_zeros()) << (bits - 5)),
    };
    let has_offset = offset != 0 || is_beside && number & COPIED != 0;
    (has_offset && length != 0).then_some((offset, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(entry: &[u8], is_beside: bool) -> Option<(u64, u64)> {
        let blocks = Blocks::new(1 << 16, 1 << 20, |_| Ok(0)).unwrap();
        super::data(entry, 16, blocks, is_beside)
    }

    #[test]
    fn only_data_has_an_offset() {
        let simple = |number: u64| data(&number.to_be_bytes(), false);
        assert_eq!(simple(0), None);
        assert_eq!(simple(0x8000_0000_0005_0000), Some((0x5_0000, 0x1_0000)));
        assert_eq!(simple(0x8000_0000_0005_0001), None);
        // 54 bits of offset, then the number of sectors: up to the first byte of the last one.
        assert_eq!(simple(COMPRESSED | 3 << 54 | 0x5_1234), Some((0x5_1234, 0x5_1801 - 0x5_1234)));
        assert_eq!(simple(COMPRESSED | 0x5_1234), Some((0x5_1234, 1)));
        let extended =
            |bitmap: u64| data(&[0x5_0000_u64.to_be_bytes(), bitmap.to_be_bytes()].concat(), false);
        assert_eq!(extended(0xffff_ffff_0000_0000), None);
        assert_eq!(extended(1), Some((0x5_0000, 2048)));
        assert_eq!(extended(0x8000_0001), Some((0x5_0000, 1 << 16)));
    }

    #[test]
    fn only_in_a_file_of_their_own_clusters_begin_at_0() {
        let entry = |number: u64, is_beside| data(&number.to_be_bytes(), is_beside);
        assert_eq!(entry(COPIED, true), Some((0, 1 << 16)));
        assert_eq!((entry(COPIED, false), entry(0, true)), (None, None));
        assert_eq!(entry(COPIED | ZEROS, true), None);
    }
}
