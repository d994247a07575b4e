//! qcow, the first version: as qcow2, with the sizes of the tables in the header.

use super::fields::{Entry, be_u64};
use super::tables::{Cut, Tables};

/// The bit of an L2 entry that tells a compressed cluster.
const COMPRESSED: u64 = 1 << 63;

pub(super) fn check(tables: &mut Tables<'_>) -> Result<(), Cut> {
    let (header, end) = (tables.header(0, 48)?, tables.end);
    let [cluster_bits, l2_bits] =
        [32, 33].map(|at| u32::from(header.get(at).copied().unwrap_or(0)));
    if !(9..=16).contains(&cluster_bits) || !(6..=13).contains(&l2_bits) {
        return Ok(());
    }
    let entries = be_u64(&header, 24).div_ceil(1 << (cluster_bits + l2_bits));
    let l1 = be_u64(&header, 40);
    let l2 = tables.offsets(l1, entries, Entry::Eight, |entry| be_u64(entry, 0))?;
    tables.tables(l2, 1 << l2_bits, Entry::Eight, |entry| {
        match data(be_u64(entry, 0), cluster_bits) {
            0 => Ok(()),
            offset => end.has(offset),
        }
    })
}

/// Where a cluster begins; 0 if it has none.
fn data(entry: u64, cluster_bits: u32) -> u64 {
    // The length of a compressed one is above its offset.
    if entry & COMPRESSED == 0 { entry } else { entry & ((1 << (63 - cluster_bits)) - 1) }
}
