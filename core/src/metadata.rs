//! The bytes of the metadata at any host offset, encoded on demand.

use core::mem;

use crate::address::{GuestCluster, HostOffset};
use crate::format::{Word, l1, l2, refcount};
use crate::layout::Layout;

/// The length of a [`Word`] in bytes.
const WORD: u64 = 8;

/// A part of the metadata.
#[derive(Clone, Copy)]
enum Part {
    Header,
    RefcountTable,
    RefcountBlocks,
    L1Table,
    L2Tables,
}

impl Layout {
    /// Fills `buffer` with the metadata at `offset`. What lies past the metadata is filled with zeros.
    pub fn encode_metadata(&self, offset: HostOffset, buffer: &mut [u8]) {
        let (word, skip) = (offset.get() / WORD, offset.get() % WORD);
        let skip = usize::try_from(skip).unwrap_or_default();
        if skip == 0 {
            return self.encode_aligned(word, buffer);
        }
        let first = self.encode_word(word);
        let first = first.get(skip..).unwrap_or_default();
        let (head, rest) = buffer.split_at_mut(first.len().min(buffer.len()));
        head.iter_mut().zip(first).for_each(|(to, from)| *to = *from);
        self.encode_aligned(word.saturating_add(1), rest);
    }

    /// Fills a buffer that begins at a word, but need not end with one.
    fn encode_aligned(&self, word: u64, buffer: &mut [u8]) {
        let (words, rest) = buffer.as_chunks_mut::<8>();
        let count = length(words);
        self.encode_words(word, words);
        if !rest.is_empty() {
            let last = self.encode_word(word.saturating_add(count));
            rest.iter_mut().zip(last).for_each(|(to, from)| *to = from);
        }
    }

    fn encode_word(&self, word: u64) -> Word {
        let mut words = [Word::default()];
        self.encode_words(word, &mut words);
        let [only] = words;
        only
    }

    /// Encodes the words from `word` on, part by part.
    fn encode_words(&self, mut word: u64, mut words: &mut [Word]) {
        let per_cluster = self.cluster_size().entries_per_table().get();
        let mut end = 0_u64;
        for (part, clusters) in self.parts() {
            let start = end;
            end = start.saturating_add(clusters.saturating_mul(per_cluster));
            let count = end.saturating_sub(word).min(length(words));
            let (now, later) = split(mem::take(&mut words), count);
            self.encode_part(part, word.saturating_sub(start), now);
            word = word.saturating_add(count);
            words = later;
        }
        words.fill(Word::default());
    }

    /// The parts of the metadata in file order, with the clusters that each takes.
    fn parts(&self) -> [(Part, u64); 5] {
        let counts = self.counts();
        [
            (Part::Header, 1),
            (Part::RefcountTable, counts.refcount_table),
            (Part::RefcountBlocks, counts.refcount_blocks),
            (Part::L1Table, counts.l1_table),
            (Part::L2Tables, counts.l2_tables),
        ]
    }

    /// Encodes words of one part, `first` being counted from its beginning.
    fn encode_part(&self, part: Part, first: u64, words: &mut [Word]) {
        if words.is_empty() {
            return;
        }
        words.fill(Word::default());
        match part {
            Part::Header => self.encode_header(first, words),
            Part::RefcountTable => self.encode_refcount_table(first, words),
            Part::RefcountBlocks => self.encode_refcount_blocks(first, words),
            Part::L1Table => self.encode_l1_table(first, words),
            Part::L2Tables => self.encode_l2_tables(first, words),
        }
    }

    fn encode_header(&self, first: u64, words: &mut [Word]) {
        let header = self.header().encode();
        // All parts of a header are padded to words.
        let (encoded, _) = header.as_chunks::<8>();
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let encoded = encoded.get(first..).unwrap_or_default();
        words.iter_mut().zip(encoded).for_each(|(to, from)| *to = *from);
    }

    fn encode_refcount_table(&self, first: u64, words: &mut [Word]) {
        for (block, word) in (first..self.counts().refcount_blocks).zip(words) {
            *word = refcount::table_entry(self.offset(self.refcount_blocks().plus(block)));
        }
    }

    fn encode_refcount_blocks(&self, first: u64, words: &mut [Word]) {
        let width = self.refcount_bits();
        let per_word = refcount::clusters_per_word(width);
        let used = self.counts().total().saturating_sub(first.saturating_mul(per_word.get()));
        let full = used / per_word;
        let (full, rest) = split(words, full);
        full.fill(refcount::block_word(width, per_word.get()));
        if let Some(last) = rest.first_mut() {
            *last = refcount::block_word(width, used % per_word);
        }
    }

    fn encode_l1_table(&self, first: u64, words: &mut [Word]) {
        let end = first.saturating_add(length(words));
        let mut nth = self.l2_tables().rank(first);
        for run in self.l2_tables().runs(first..end) {
            let (_, words) = split(words, run.start.saturating_sub(first));
            for (word, _) in words.iter_mut().zip(run) {
                *word = l1::entry(self.offset(self.l2_table(nth)));
                nth = nth.saturating_add(1);
            }
        }
    }

    fn encode_l2_tables(&self, first: u64, mut words: &mut [Word]) {
        let per_table = self.cluster_size().entries_per_table();
        let mut table = first / per_table;
        let mut entry = first % per_table;
        while !words.is_empty() {
            let (now, later) = split(mem::take(&mut words), per_table.get().saturating_sub(entry));
            // The plan made a table for each member of the set.
            let l1_entry = self.l2_tables().select(table).unwrap_or_default();
            self.encode_l2_entries(
                l1_entry.saturating_mul(per_table.get()).saturating_add(entry),
                now,
            );
            (table, entry, words) = (table.saturating_add(1), 0, later);
        }
    }

    /// Encodes the L2 entries of the guest clusters from `first` on.
    fn encode_l2_entries(&self, first: u64, words: &mut [Word]) {
        let end = first.saturating_add(length(words));
        let mut nth = self.allocation().rank(GuestCluster::new(first));
        for run in self.allocation().index_runs(first..end) {
            let (_, words) = split(words, run.start.saturating_sub(first));
            for (word, cluster) in words.iter_mut().zip(run) {
                let cluster = self.host_cluster(GuestCluster::new(cluster), nth);
                *word = l2::entry(self.offset(cluster));
                nth = nth.saturating_add(1);
            }
        }
    }
}

fn length(words: &[Word]) -> u64 {
    u64::try_from(words.len()).unwrap_or(u64::MAX)
}

/// Splits at a count that may lie past the end.
fn split(words: &mut [Word], count: u64) -> (&mut [Word], &mut [Word]) {
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(words.len());
    words.split_at_mut(count)
}
