//! qcow, the first version: as qcow2, with the sizes of the tables in the header.

use super::fields::{Entry, be_u64};
use super::tables::{Blocks, Cut, Tables};

/// The bit of an L2 entry that tells a compressed cluster.
const COMPRESSED: u64 = 1 << 63;

pub(super) fn check(tables: &mut Tables<'_>) -> Result<(), Cut> {
    let (header, end) = (tables.header(0, 48)?, tables.end);
    let [cluster_bits, l2_bits] =
        [32, 33].map(|at| u32::from(header.get(at).copied().unwrap_or(0)));
    if !(9..=16).contains(&cluster_bits) || !(6..=13).contains(&l2_bits) {
        return Ok(());
    }
    let (size, l1) = (be_u64(&header, 24), be_u64(&header, 40));
    let entries = size.div_ceil(1 << (cluster_bits + l2_bits));
    let blocks = Blocks::new(1 << cluster_bits, size, |number| {
        let l2 = be_u64(&tables.header(l1.saturating_add((number >> l2_bits) * 8), 8)?, 0);
        if l2 == 0 {
            return Ok(0);
        }
        let at = (number & ((1 << l2_bits) - 1)) * 8;
        Ok(be_u64(&tables.header(l2.saturating_add(at), 8)?, 0))
    })?;
    let l2 = tables.offsets(l1, entries, Entry::Eight, |entry| be_u64(entry, 0))?;
    tables.tables(l2, 1 << l2_bits, Entry::Eight, |entry| {
        match data(be_u64(entry, 0), cluster_bits, blocks) {
            (0, _) => Ok(()),
            (offset, length) => end.has_all(offset, length),
        }
    })
}

/// Where the data of a cluster begins, or 0 if it has none, and how much of it must be there.
fn data(entry: u64, cluster_bits: u32, blocks: Blocks) -> (u64, u64) {
    if entry & COMPRESSED == 0 {
        return (entry, blocks.needed(entry));
    }
    // The length of a compressed one, in bytes, is above its offset.
    let offset_bits = 63 - cluster_bits;
    let length = (entry & !COMPRESSED) >> offset_bits;
    (entry & ((1 << offset_bits) - 1), length.max(1))
}
