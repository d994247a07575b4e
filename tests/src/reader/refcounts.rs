//! The refcounts: exactly one for each cluster of the file, zero beyond it.

use std::io::{Read, Seek};

use super::bytes::{entries, first_nonzero, read_vec};
use super::error::{Error, ensure};
use super::header::Header;

const RESERVED: u64 = (1 << 9) - 1;

/// The offsets of the refcount blocks, in the table's order.
pub(crate) fn load_blocks<F: Read + Seek>(
    file: &mut F,
    header: &Header,
    file_length: u64,
) -> Result<Vec<u64>, Error> {
    let length = header.refcount_table_clusters * header.cluster_size();
    let table = read_vec(file, header.refcount_table_offset, length, "the refcount table")?;
    let need = header.clusters(file_length).div_ceil(per_block(header)) as usize;
    let have = table.len() / 8;
    ensure!(need <= have, "refcount table: {have} entries, but the file needs {need}");
    for (index, entry) in entries(&table).enumerate() {
        if index < need {
            check_entry(header, file_length, index, entry)?;
        } else {
            ensure!(
                entry == 0,
                "refcount table: entry {index} is {entry:#x}, beyond the file's end"
            );
        }
    }
    Ok(entries(&table).take(need).collect())
}

pub(crate) fn check_entry(
    header: &Header,
    file_length: u64,
    index: usize,
    entry: u64,
) -> Result<(), Error> {
    let reserved = entry & RESERVED;
    ensure!(reserved == 0, "refcount table: entry {index} has reserved bits {reserved:#x}");
    ensure!(entry != 0, "refcount table: entry {index} has no block, but the file needs it");
    let aligned = header.aligned(entry);
    ensure!(aligned, "refcount table: entry {index} at {entry} is not cluster aligned");
    let inside = entry < file_length;
    ensure!(inside, "refcount table: entry {index} at {entry} is beyond the file's end");
    Ok(())
}

/// Checks every refcount in every block.
pub(crate) fn check_counts<F: Read + Seek>(
    file: &mut F,
    header: &Header,
    blocks: &[u64],
    file_clusters: u64,
) -> Result<(), Error> {
    let mut first = 0;
    for offset in blocks {
        let block = read_vec(file, *offset, header.cluster_size(), "a refcount block")?;
        let ones = per_block(header).min(file_clusters - first);
        check_block(&block, header.refcount_order, first, ones)?;
        first += ones;
    }
    Ok(())
}

pub(crate) fn per_block(header: &Header) -> u64 {
    (header.cluster_size() * 8) >> header.refcount_order
}

/// The first `ones` counts are one, the rest zero. The first is `first`'s.
fn check_block(block: &[u8], order: u32, first: u64, ones: u64) -> Result<(), Error> {
    for index in 0..ones {
        let (count, cluster) = (count_at(block, order, index), first + index);
        ensure!(count == 1, "refcount of cluster {cluster} is {count}, not 1");
    }
    // The counts that share a byte with the last one go one by one.
    let whole_byte = (ones << order).div_ceil(8);
    let shared = (whole_byte * 8) >> order;
    for index in ones..shared {
        let (count, cluster) = (count_at(block, order, index), first + index);
        ensure!(count == 0, "refcount of cluster {cluster} is {count}, beyond the file's end");
    }
    if let Some(at) = first_nonzero(&block[whole_byte as usize..]) {
        let mut index = ((whole_byte + at as u64) * 8) >> order;
        while count_at(block, order, index) == 0 {
            index += 1;
        }
        let (count, cluster) = (count_at(block, order, index), first + index);
        ensure!(false, "refcount of cluster {cluster} is {count}, beyond the file's end");
    }
    Ok(())
}

/// The count at `index`, which is `1 << order` bits wide.
///
/// Counts narrower than a byte fill it from its least significant bit.
pub(crate) fn count_at(block: &[u8], order: u32, index: u64) -> u64 {
    if order < 3 {
        let bit = index << order;
        let mask = (1_u64 << (1 << order)) - 1;
        return (u64::from(block[(bit / 8) as usize]) >> (bit % 8)) & mask;
    }
    let width = 1 << (order - 3);
    let at = index as usize * width;
    let fold = |value, byte: &u8| (value << 8) | u64::from(*byte);
    block[at..at + width].iter().fold(0, fold)
}
