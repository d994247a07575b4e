//! Images that have been cut off, which QEMU takes for whole: it reads zeros after the end of a file.
//!
//! So the tables of the formats where it does are looked at for data past the end. What is in them is the daemon's to
//! judge; here a table that makes no sense only ends the look.

mod bochs;
mod descriptor;
mod fields;
mod qcow;
mod qcow2;
mod sesparse;
mod tables;
#[cfg(test)]
mod tests;
mod vmdk;

use std::fs::File;
use std::io;

use fields::{Entry, le_u32, le_u64};
use tables::{Blocks, Cut, End, Tables};

pub(super) use descriptor::{Extent, extents};
pub(super) use tables::Watch;

/// What a look at an image finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// There was nothing to look at: QEMU notices it itself.
    Nothing,
    /// Nothing is missing.
    Whole,
    /// Data that should begin at this offset, in bytes, and does not.
    Missing(u64),
    /// As well, but in its data file.
    MissingBeside(u64),
    /// It was ended.
    Stopped,
}

/// Looks at an image. `end` is the length of its file, in bytes, `data` that of the file with its clusters, if they are in
/// one of their own; `watch` is told where in the image's file the look has got.
pub(super) fn look(
    driver: &str,
    file: &File,
    end: u64,
    data: Option<u64>,
    watch: Watch<'_>,
) -> io::Result<Look> {
    let mut tables = Tables::new(file, end, watch);
    let whole = match driver {
        "bochs" => bochs::check(&mut tables),
        "qcow2" => qcow2::check(&mut tables, data.map(End)),
        "qcow" => qcow::check(&mut tables),
        "vmdk" => vmdk::check(&mut tables),
        "vdi" => vdi(&mut tables),
        "parallels" => parallels(&mut tables),
        _ => return Ok(Look::Nothing),
    };
    match whole {
        Ok(()) => Ok(Look::Whole),
        Err(Cut::At(offset)) => Ok(Look::Missing(offset)),
        Err(Cut::Beside(offset)) => Ok(Look::MissingBeside(offset)),
        Err(Cut::Unknown(error)) => Err(error),
        Err(Cut::Stopped) => Ok(Look::Stopped),
    }
}

/// Blocks of one size lie one behind the other, and their number is known.
fn vdi(tables: &mut Tables<'_>) -> Result<(), Cut> {
    let header = tables.header(0, 512)?;
    let [start, block, count] = [0x158, 0x178, 0x184].map(|at| u64::from(le_u32(&header, at)));
    tables.end.has_all(start, block.saturating_mul(count))
}

/// A single table has the sector of each block, or its number in blocks.
fn parallels(tables: &mut Tables<'_>) -> Result<(), Cut> {
    const SECTOR: u64 = 512;
    let (header, end) = (tables.header(0, 64)?, tables.end);
    let block = SECTOR.saturating_mul(le_u32(&header, 28).into());
    let (unit, sectors) = match header.get(..16) {
        Some(b"WithouFreSpacExt") => (block, le_u64(&header, 36)),
        _ => (SECTOR, le_u32(&header, 36).into()),
    };
    let offset = |entry: &[u8]| unit.saturating_mul(le_u32(entry, 0).into());
    let blocks = Blocks::new(block, sectors.saturating_mul(SECTOR), |number| {
        Ok(offset(&tables.header(64_u64.saturating_add(number.saturating_mul(4)), 4)?))
    })?;
    tables.entries(64, le_u32(&header, 32).into(), Entry::Four, |entry| match offset(entry) {
        0 => Ok(()),
        offset => end.has_all(offset, blocks.needed(offset)),
    })
}
