//! vmdk: a grain directory leads to grain tables, and those to grains. All counts are of sectors.

use super::fields::{Entry, le_u32, le_u64};
use super::sesparse;
use super::tables::{Blocks, Cut, Tables};

/// A sector, in bytes.
const SECTOR: u64 = 512;

/// What the files begin with that have tables.
const MAGICS: [&[u8]; 3] = [b"KDMV", b"COWD", b"\xbe\xba\xfe\xca"];

/// Flag: grains are compressed. QEMU fails to decompress what is missing.
const COMPRESSED: u32 = 1 << 16;

/// An entry for a grain of zeros.
const ZEROS: u32 = 1;

/// The entries of a grain table in files that begin with `COWD`.
const COWD_ENTRIES: u64 = 4096;

/// Where things are in a sparse file.
struct Sparse {
    /// The disk's sectors.
    capacity: u64,
    /// The sectors of a grain.
    grain: u64,
    /// Where the grain directory is.
    directory: u64,
    /// The entries of a grain table.
    entries: u64,
}

/// Looks at a sparse file: that of a whole disk, or of an extent.
pub(super) fn check(tables: &mut Tables<'_>) -> Result<(), Cut> {
    let magic = tables.header(0, 4)?;
    if !MAGICS.iter().any(|known| magic == *known) {
        // Only a description, of other files.
        return Ok(());
    }
    let header = tables.header(0, SECTOR as usize)?;
    let small = |at| u64::from(le_u32(&header, at));
    match header.get(..4) {
        Some(b"KDMV") if le_u32(&header, 8) & COMPRESSED == 0 => sparse(
            tables,
            &Sparse {
                capacity: le_u64(&header, 12),
                grain: le_u64(&header, 20),
                directory: le_u64(&header, 56),
                entries: small(44),
            },
        ),
        Some(b"COWD") => sparse(
            tables,
            &Sparse {
                capacity: small(12),
                grain: small(16),
                directory: small(20),
                entries: COWD_ENTRIES,
            },
        ),
        Some(b"\xbe\xba\xfe\xca") => sesparse::check(tables, &header),
        _ => Ok(()),
    }
}

fn sparse(tables: &mut Tables<'_>, sparse: &Sparse) -> Result<(), Cut> {
    let (entries, end) = (sparse.entries, tables.end);
    let span = sparse.grain.saturating_mul(entries).max(1);
    let count = sparse.capacity.div_ceil(span);
    let offset = |entry: &[u8]| offset_of(le_u32(entry, 0).into());
    let directory = offset_of(sparse.directory);
    let blocks = Blocks::new(offset_of(sparse.grain), offset_of(sparse.capacity), |number| {
        let at = number.checked_div(entries).unwrap_or(0) * 4;
        let table = offset(&tables.header(directory.saturating_add(at), 4)?);
        if table == 0 {
            return Ok(0);
        }
        let at = number.checked_rem(entries).unwrap_or(0) * 4;
        Ok(offset(&tables.header(table.saturating_add(at), 4)?))
    })?;
    let tables_of_grains = tables.offsets(directory, count, Entry::Four, offset)?;
    tables.tables(tables_of_grains, entries, Entry::Four, |entry| match le_u32(entry, 0) {
        0 | ZEROS => Ok(()),
        grain => {
            let grain = offset_of(grain.into());
            end.has_all(grain, blocks.needed(grain))
        }
    })
}

/// Where a sector is, in bytes.
fn offset_of(sector: u64) -> u64 {
    sector.saturating_mul(SECTOR)
}
