//! qcow, the first version: as qcow2, with the sizes of the tables in the header.

use super::tables::{Cut, Tables, be_u64};

/// The bit of an L2 entry that tells a compressed cluster.
const COMPRESSED: u64 = 1 << 63;

pub(super) fn check(tables: &Tables<'_>) -> Result<(), Cut> {
    let header = tables.read(0, 48)?;
    let [cluster_bits, l2_bits] =
        [32, 33].map(|at| u32::from(header.get(at).copied().unwrap_or(0)));
    if !(9..=16).contains(&cluster_bits) || !(6..=13).contains(&l2_bits) {
        return Ok(());
    }
    let entries = be_u64(&header, 24).div_ceil(1 << (cluster_bits + l2_bits));
    let l1 = tables.read(be_u64(&header, 40), entries.saturating_mul(8))?;
    let l2_tables = l1.chunks_exact(8).map(|entry| be_u64(entry, 0));
    l2_tables.filter(|offset| *offset != 0).try_for_each(|offset| {
        let l2 = tables.read(offset, 8 << l2_bits)?;
        let mut data = l2.chunks_exact(8).map(|entry| data(be_u64(entry, 0), cluster_bits));
        data.try_for_each(|offset| if offset == 0 { Ok(()) } else { tables.has(offset) })
    })
}

/// Where a cluster begins; 0 if it has none.
fn data(entry: u64, cluster_bits: u32) -> u64 {
    // The length of a compressed one is above its offset.
    if entry & COMPRESSED == 0 { entry } else { entry & ((1 << (63 - cluster_bits)) - 1) }
}
