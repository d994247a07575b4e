//! Single entries, read where the specification's formulas say they are.
//!
//! An image of exbibytes is planned, never written, and its tables fit nowhere. A lookup reads
//! two entries of eight bytes, and checks them like any others.

use std::io::{Read, Seek};

use super::bytes::{be64, read_at};
use super::error::{Error, ensure};
use super::image::Image;
use super::refcounts::{check_entry, count_at, per_block};
use super::tables::{host_of, l2_offset};

impl<F: Read + Seek> Image<F> {
    /// Where the guest cluster with this byte is; nothing if it isn't allocated.
    pub fn host_of(&mut self, guest: u64) -> Result<Option<u64>, Error> {
        let header = self.header().clone();
        let size = header.virtual_size;
        ensure!(guest < size, "guest: byte {guest} is beyond {size}");
        let l2_entries = header.cluster_size() / 8;
        let cluster = guest / header.cluster_size();
        let (l1_index, l2_index) = (cluster / l2_entries, cluster % l2_entries);
        let entry = self.entry(header.l1_offset, l1_index, "an L1 entry")?;
        if entry == 0 {
            return Ok(None);
        }
        let table = l2_offset(&header, self.file_length, l1_index, entry)?;
        let entry = self.entry(table, l2_index, "an L2 entry")?;
        host_of(&header, self.file_length, cluster * header.cluster_size(), entry)
    }

    /// The refcount of the host cluster with this byte, which may lie beyond the file's end.
    pub fn refcount_of(&mut self, host: u64) -> Result<u64, Error> {
        let header = self.header().clone();
        let inside = host < self.file_length;
        let cluster = host / header.cluster_size();
        let (table_index, block_index) =
            (cluster / per_block(&header), cluster % per_block(&header));
        let entries = header.refcount_table_clusters * header.cluster_size() / 8;
        ensure!(table_index < entries, "refcount table: {entries} entries, not {table_index}");
        let entry = self.entry(header.refcount_table_offset, table_index, "a refcount entry")?;
        if entry == 0 && !inside {
            return Ok(0);
        }
        check_entry(&header, self.file_length, table_index as usize, entry)?;
        // Eight bytes hold whole counts of any width.
        let per_word = 64 >> header.refcount_order;
        let mut word = [0; 8];
        let at = entry + block_index / per_word * 8;
        read_at(&mut self.file, at, &mut word, "a refcount")?;
        Ok(count_at(&word, header.refcount_order, block_index % per_word))
    }

    fn entry(&mut self, table: u64, index: u64, what: &str) -> Result<u64, Error> {
        let mut entry = [0; 8];
        read_at(&mut self.file, table + index * 8, &mut entry, what)?;
        Ok(be64(&entry, 0))
    }
}
