//! qcow2: an L1 table leads to L2 tables, and those to clusters.

use super::fields::{Entry, be_u32, be_u64};
use super::tables::{Cut, Tables};

/// The bits of an entry that are an offset, in L1 tables and for ordinary clusters.
const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;

/// The bit of an L2 entry that tells a compressed cluster.
const COMPRESSED: u64 = 1 << 62;

/// The bit of an L2 entry that tells a cluster of zeros. Extended entries have other means.
const ZEROS: u64 = 1;

/// Incompatible feature: the clusters are in another file.
const DATA_FILE: u64 = 1 << 2;

/// Incompatible feature: an L2 entry has a bitmap behind it.
const EXTENDED_L2: u64 = 1 << 4;

pub(super) fn check(tables: &mut Tables<'_>) -> Result<(), Cut> {
    let (header, end) = (tables.header(0, 72)?, tables.end);
    let features = if be_u32(&header, 4) < 3 { 0 } else { be_u64(&tables.header(72, 8)?, 0) };
    let bits = be_u32(&header, 20);
    if features & DATA_FILE != 0 || !(9..=21).contains(&bits) {
        return Ok(());
    }
    let (entries, l1) = (be_u32(&header, 36), be_u64(&header, 40));
    let offset = |entry: &[u8]| be_u64(entry, 0) & OFFSET;
    let l2 = tables.offsets(l1, entries.into(), Entry::Eight, offset)?;
    let entry = if features & EXTENDED_L2 == 0 { Entry::Eight } else { Entry::Sixteen };
    tables.tables(l2, (1 << bits) / entry.size(), entry, |entry| {
        data(entry, bits).map_or(Ok(()), |offset| end.has(offset))
    })
}

/// Where the data of a cluster begins, if it has any.
fn data(entry: &[u8], bits: u32) -> Option<u64> {
    let number = be_u64(entry, 0);
    if number & COMPRESSED != 0 {
        let offset_bits = 62 - (bits - 8);
        return Some(number & ((1 << offset_bits) - 1));
    }
    let has_data = match entry.len() {
        8 => number & ZEROS == 0,
        // The lower half of the bitmap tells which parts are allocated.
        _ => be_u32(entry, 12) != 0,
    };
    Some(number & OFFSET).filter(|offset| *offset != 0 && has_data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_data_has_an_offset() {
        let simple = |number: u64| data(&number.to_be_bytes(), 16);
        assert_eq!(simple(0), None);
        assert_eq!(simple(0x8000_0000_0005_0000), Some(0x5_0000));
        assert_eq!(simple(0x8000_0000_0005_0001), None);
        // 54 bits of offset, then the number of sectors.
        assert_eq!(simple(COMPRESSED | 3 << 54 | 0x5_1234), Some(0x5_1234));
        let extended =
            |bitmap: u64| data(&[0x5_0000_u64.to_be_bytes(), bitmap.to_be_bytes()].concat(), 16);
        assert_eq!(extended(0xffff_ffff_0000_0000), None);
        assert_eq!(extended(1), Some(0x5_0000));
    }
}
