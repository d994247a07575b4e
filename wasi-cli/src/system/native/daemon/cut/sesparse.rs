//! vmdk's seSparse extents, as QEMU reads them: grains of 4 KiB, tables of 4,096 grains, and entries that carry a kind in their
//! upper bits. All counts are of sectors.

use super::fields::{Entry, le_u64};
use super::tables::{Cut, Tables};

/// A sector, in bytes.
const SECTOR: u64 = 512;

/// A grain, in sectors.
const GRAIN: u64 = 8;

/// A table of grains, in sectors.
const TABLE: u64 = 64;

/// The kind of an entry of the directory that leads to a table, in its upper half.
const HAS_TABLE: u64 = 0x1000_0000;

/// The kind of an entry of a table that leads to a grain, in its uppermost four bits.
const HAS_GRAIN: u64 = 3;

pub(super) fn check(tables: &mut Tables<'_>, header: &[u8]) -> Result<(), Cut> {
    let end = tables.end;
    let [directory, size, grain_tables, grains] =
        [128, 136, 144, 192].map(|at| le_u64(header, at).saturating_mul(SECTOR));
    let table = |entry: &[u8]| match le_u64(entry, 0) {
        entry if entry >> 32 == HAS_TABLE => {
            grain_tables.saturating_add((entry & 0xffff_ffff) * TABLE * SECTOR)
        }
        _ => 0,
    };
    let found = tables.offsets(directory, size / 8, Entry::Eight, table)?;
    tables.tables(found, TABLE * SECTOR / 8, Entry::Eight, |entry| {
        let entry = le_u64(entry, 0);
        if entry >> 60 != HAS_GRAIN {
            return Ok(());
        }
        // The lowest twelve bits of a grain's number are above the others.
        let number = (entry >> 48 & 0xfff) | (entry & 0xffff_ffff_ffff) << 12;
        let offset = grains.saturating_add(number.saturating_mul(GRAIN * SECTOR));
        end.has_all(offset, GRAIN * SECTOR)
    })
}
