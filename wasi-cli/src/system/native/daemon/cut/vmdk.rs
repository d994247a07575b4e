//! vmdk in a single sparse file: a grain directory leads to grain tables, and those to grains. All counts are of sectors.

use super::fields::{Entry, le_u32, le_u64};
use super::tables::{Cut, Tables};

/// A sector, in bytes.
const SECTOR: u64 = 512;

/// Flag: grains are compressed. QEMU fails to decompress what is missing.
const COMPRESSED: u32 = 1 << 16;

/// An entry for a grain of zeros.
const ZEROS: u32 = 1;

pub(super) fn check(tables: &mut Tables<'_>) -> Result<(), Cut> {
    let end = tables.end;
    let header = match tables.header(0, SECTOR as usize) {
        // Only a description, of other files.
        Err(Cut::At(_)) => return Ok(()),
        header => header?,
    };
    if !header.starts_with(b"KDMV") || le_u32(&header, 8) & COMPRESSED != 0 {
        return Ok(());
    }
    let entries = u64::from(le_u32(&header, 44));
    let span = le_u64(&header, 20).saturating_mul(entries).max(1);
    let count = le_u64(&header, 12).div_ceil(span);
    let offset = |entry: &[u8]| offset_of(le_u32(entry, 0).into());
    let directory = offset_of(le_u64(&header, 56));
    let tables_of_grains = tables.offsets(directory, count, Entry::Four, offset)?;
    tables.tables(tables_of_grains, entries, Entry::Four, |entry| match le_u32(entry, 0) {
        0 | ZEROS => Ok(()),
        grain => end.has(offset_of(grain.into())),
    })
}

/// Where a sector is, in bytes.
fn offset_of(sector: u64) -> u64 {
    sector.saturating_mul(SECTOR)
}
