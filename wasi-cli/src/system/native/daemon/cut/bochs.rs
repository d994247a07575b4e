//! bochs: a catalog says which extents there are. Each has a bitmap of its sectors before it, and is there as a whole.

use super::fields::{Entry, le_u32, le_u64};
use super::tables::{Blocks, Cut, Tables};

/// A sector, in bytes.
const SECTOR: u64 = 512;

/// A catalog's entry for an extent that is not there.
const NONE: u32 = u32::MAX;

/// The first version of the format, whose header lacks a time.
const FIRST: u32 = 0x0001_0000;

pub(super) fn check(tables: &mut Tables<'_>) -> Result<(), Cut> {
    let (header, end) = (tables.header(0, 96)?, tables.end);
    let [catalog, entries, bitmap, extent] =
        [68, 72, 76, 80].map(|at| u64::from(le_u32(&header, at)));
    let size = le_u64(&header, if le_u32(&header, 64) == FIRST { 84 } else { 88 });
    let bitmap = bitmap.next_multiple_of(SECTOR);
    let stride = bitmap.saturating_add(extent.next_multiple_of(SECTOR));
    let data = catalog.saturating_add(entries * 4);
    let offset = |entry: &[u8]| {
        let number = u64::from(le_u32(entry, 0));
        data.saturating_add(stride.saturating_mul(number)).saturating_add(bitmap)
    };
    let blocks = Blocks::new(extent, size, |number| {
        Ok(offset(&tables.header(catalog.saturating_add(number.saturating_mul(4)), 4)?))
    })?;
    tables.entries(catalog, entries, Entry::Four, |entry| match le_u32(entry, 0) {
        NONE => Ok(()),
        _ => end.has_all(offset(entry), blocks.needed(offset(entry))),
    })
}
