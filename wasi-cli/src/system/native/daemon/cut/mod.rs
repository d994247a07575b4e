//! Images that have been cut off, which QEMU takes for whole: it reads zeros after the end of a file.
//!
//! So the tables of the formats where it does are looked at for data past the end. What is in them is the daemon's to
//! judge; here a table that makes no sense only ends the look.

mod fields;
mod qcow;
mod qcow2;
mod tables;
#[cfg(test)]
mod tests;
mod vmdk;

use std::fs::File;
use std::io;

use fields::{Entry, le_u32};
use tables::{Cut, Tables};

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
    /// It was ended.
    Stopped,
}

/// Looks at an image. `end` is the length of its file, in bytes; `watch` is told where in it the look has got.
pub(super) fn look(driver: &str, file: &File, end: u64, watch: Watch<'_>) -> io::Result<Look> {
    let mut tables = Tables::new(file, end, watch);
    let whole = match driver {
        "qcow2" => qcow2::check(&mut tables),
        "qcow" => qcow::check(&mut tables),
        "vmdk" => vmdk::check(&mut tables),
        "vdi" => vdi(&mut tables),
        "parallels" => parallels(&mut tables),
        _ => return Ok(Look::Nothing),
    };
    match whole {
        Ok(()) => Ok(Look::Whole),
        Err(Cut::At(offset)) => Ok(Look::Missing(offset)),
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
    let unit = match header.get(..16) {
        Some(b"WithouFreSpacExt") => SECTOR.saturating_mul(le_u32(&header, 28).into()),
        _ => SECTOR,
    };
    tables.entries(64, le_u32(&header, 32).into(), Entry::Four, |entry| match le_u32(entry, 0) {
        0 => Ok(()),
        block => end.has(unit.saturating_mul(block.into())),
    })
}
