//! Images that have been cut off, which QEMU takes for whole: it reads zeros after the end of a file.
//!
//! So the tables of the formats where it does are looked at for data past the end. What is in them is the daemon's to
//! judge; here a table that makes no sense only ends the look.

mod qcow;
mod qcow2;
mod tables;
mod vmdk;

use std::fs::File;
use std::io;

use tables::{Cut, Tables};

/// Where the first data is that an image should have and has not. `end` is the length of its file, in bytes.
pub(super) fn missing(driver: &str, file: &File, end: u64) -> io::Result<Option<u64>> {
    let tables = Tables { file, end };
    let whole = match driver {
        "qcow2" => qcow2::check(&tables),
        "qcow" => qcow::check(&tables),
        "vmdk" => vmdk::check(&tables),
        "vdi" => vdi(&tables),
        "parallels" => parallels(&tables),
        _ => Ok(()),
    };
    match whole {
        Ok(()) => Ok(None),
        Err(Cut::At(offset)) => Ok(Some(offset)),
        Err(Cut::Unknown(error)) => Err(error),
    }
}

/// Blocks of one size lie one behind the other, and their number is known.
fn vdi(tables: &Tables<'_>) -> Result<(), Cut> {
    let header = tables.read(0, 512)?;
    let [start, block, count] =
        [0x158, 0x178, 0x184].map(|at| u64::from(tables::le_u32(&header, at)));
    tables.has_all(start, block.saturating_mul(count))
}

/// A single table has the sector of each block, or its number in blocks.
fn parallels(tables: &Tables<'_>) -> Result<(), Cut> {
    const SECTOR: u64 = 512;
    let header = tables.read(0, 64)?;
    let unit = match header.get(..16) {
        Some(b"WithouFreSpacExt") => SECTOR.saturating_mul(tables::le_u32(&header, 28).into()),
        _ => SECTOR,
    };
    let entries = u64::from(tables::le_u32(&header, 32));
    let table = tables.read(64, entries.saturating_mul(4))?;
    let blocks = table.chunks_exact(4).map(|entry| u64::from(tables::le_u32(entry, 0)));
    blocks.filter(|block| *block != 0).try_for_each(|block| tables.has(block.saturating_mul(unit)))
}
