//! The L1 and L2 tables: where each guest cluster is in the file.

use std::io::{Read, Seek};

use super::bytes::{entries, first_nonzero, read_vec};
use super::error::{Error, ensure};
use super::header::Header;

const COPIED: u64 = 1 << 63;
const COMPRESSED: u64 = 1 << 62;
const ZERO: u64 = 1;
const OFFSET: u64 = (1 << 56) - (1 << 9);

/// Guest bytes that follow each other both in the guest and in the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Run {
    pub(crate) guest: u64,
    pub(crate) host: u64,
    /// A multiple of the cluster size, even past the virtual size.
    pub(crate) length: u64,
}

/// The whole mapping, both parts in the guest's order.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) l2_offsets: Vec<u64>,
    pub(crate) runs: Vec<Run>,
}

impl Tables {
    /// Reads both levels and checks every entry.
    pub(crate) fn load<F: Read + Seek>(
        file: &mut F,
        header: &Header,
        file_length: u64,
    ) -> Result<Self, Error> {
        let mut tables = Self::default();
        let size = header.cluster_size();
        for (index, offset) in load_l1(file, header, file_length)? {
            let table = read_vec(file, offset, size, "an L2 table")?;
            let empty = first_nonzero(&table).is_none();
            ensure!(!empty, "L1 entry {index}: empty L2 table at {offset}");
            tables.l2_offsets.push(offset);
            let first = index * header.bytes_per_l2();
            for (entry, guest) in entries(&table).zip((first..).step_by(size as usize)) {
                if let Some(host) = host_of(header, file_length, guest, entry)? {
                    tables.add(Run { guest, host, length: size });
                }
            }
        }
        tables.check_raw(header)?;
        Ok(tables)
    }

    fn add(&mut self, run: Run) {
        match self.runs.last_mut() {
            Some(last) if last.joins(run) => last.length += run.length,
            _ => self.runs.push(run),
        }
    }

    /// A raw data file holds every guest cluster, so each must be mapped.
    fn check_raw(&self, header: &Header) -> Result<(), Error> {
        let mapped: u64 = self.runs.iter().map(|run| run.length).sum();
        let (have, need) = (header.clusters(mapped), header.clusters(header.virtual_size));
        let complete = !header.data_file_raw || have == need;
        ensure!(complete, "L2: {have} of {need} guest clusters are mapped to a raw data file");
        Ok(())
    }
}

impl Run {
    fn joins(self, next: Self) -> bool {
        self.guest + self.length == next.guest && self.host + self.length == next.host
    }
}

/// The L1 entries that have an L2 table: the entry's index, the table's offset.
fn load_l1<F: Read + Seek>(
    file: &mut F,
    header: &Header,
    file_length: u64,
) -> Result<Vec<(u64, u64)>, Error> {
    let used = header.l1_entries * 8;
    let length = header.clusters(used) * header.cluster_size();
    let table = read_vec(file, header.l1_offset, length, "the L1 table")?;
    let (table, padding) = table.split_at(used as usize);
    if let Some(at) = first_nonzero(padding) {
        let at = used as usize + at;
        ensure!(false, "L1 padding: byte {at} of the table is not zero");
    }
    let mut found = Vec::new();
    for (index, entry) in (0..).zip(entries(table)) {
        if entry != 0 {
            found.push((index, l2_offset(header, file_length, index, entry)?));
        }
    }
    Ok(found)
}

pub(crate) fn l2_offset(
    header: &Header,
    file_length: u64,
    index: u64,
    entry: u64,
) -> Result<u64, Error> {
    let reserved = entry & !(COPIED | OFFSET);
    ensure!(reserved == 0, "L1 entry {index}: reserved bits {reserved:#x} are set");
    ensure!(entry & COPIED != 0, "L1 entry {index}: {entry:#x} lacks the COPIED bit");
    let offset = entry & OFFSET;
    check_host(header, file_length, offset, &format_args!("L1 entry {index}"))?;
    Ok(offset)
}

/// Where the guest cluster at `guest` is; nothing if it isn't allocated.
pub(crate) fn host_of(
    header: &Header,
    file_length: u64,
    guest: u64,
    entry: u64,
) -> Result<Option<u64>, Error> {
    if entry == 0 {
        return Ok(None);
    }
    let inside = guest < header.virtual_size;
    ensure!(inside, "L2 entry for guest {guest}: {entry:#x} is beyond the virtual size");
    ensure!(entry & COMPRESSED == 0, "L2 entry for guest {guest}: {entry:#x} is compressed");
    ensure!(entry & ZERO == 0, "L2 entry for guest {guest}: {entry:#x} has the zero flag");
    let reserved = entry & !(COPIED | OFFSET);
    ensure!(reserved == 0, "L2 entry for guest {guest}: reserved bits {reserved:#x} are set");
    ensure!(entry & COPIED != 0, "L2 entry for guest {guest}: {entry:#x} lacks the COPIED bit");
    let host = entry & OFFSET;
    if header.data_file {
        ensure!(host == guest, "L2 entry for guest {guest}: offset {host} in the data file");
    } else {
        check_host(header, file_length, host, &format_args!("L2 entry for guest {guest}"))?;
    }
    Ok(Some(host))
}

/// A pointer into the file is aligned, and isn't the header's own offset.
fn check_host(
    header: &Header,
    file_length: u64,
    offset: u64,
    whose: &dyn std::fmt::Display,
) -> Result<(), Error> {
    ensure!(offset != 0, "{whose}: offset 0 with the COPIED bit");
    ensure!(header.aligned(offset), "{whose}: offset {offset} is not cluster aligned");
    ensure!(
        offset < file_length,
        "{whose}: offset {offset} is beyond the file's {file_length} bytes"
    );
    Ok(())
}
