//! vmdk in a single sparse file: a grain directory leads to grain tables, and those to grains. All counts are of sectors.

use super::tables::{Cut, Tables, le_u32, le_u64};

/// A sector, in bytes.
const SECTOR: u64 = 512;

/// Flag: grains are compressed. QEMU fails to decompress what is missing.
const COMPRESSED: u32 = 1 << 16;

/// An entry for a grain of zeros.
const ZEROS: u64 = 1;

pub(super) fn check(tables: &Tables<'_>) -> Result<(), Cut> {
    let Ok(header) = tables.read(0, SECTOR) else {
        // Only a description, of other files.
        return Ok(());
    };
    if !header.starts_with(b"KDMV") || le_u32(&header, 8) & COMPRESSED != 0 {
        return Ok(());
    }
    let entries = u64::from(le_u32(&header, 44));
    let span = le_u64(&header, 20).saturating_mul(entries).max(1);
    let count = le_u64(&header, 12).div_ceil(span);
    let directory = sectors(tables, le_u64(&header, 56), count)?;
    directory.into_iter().filter(|table| *table != 0).try_for_each(|table| {
        let grains = sectors(tables, table, entries)?;
        let mut grains = grains.into_iter().filter(|grain| *grain > ZEROS);
        grains.try_for_each(|grain| tables.has(grain.saturating_mul(SECTOR)))
    })
}

/// A table of sectors.
fn sectors(tables: &Tables<'_>, sector: u64, count: u64) -> Result<Vec<u64>, Cut> {
    let table = tables.read(sector.saturating_mul(SECTOR), count.saturating_mul(4))?;
    Ok(table.chunks_exact(4).map(|entry| le_u32(entry, 0).into()).collect())
}
