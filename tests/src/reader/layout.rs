//! Who uses which of the file's clusters.

use std::fmt;

use super::error::{Error, ensure};
use super::header::Header;
use super::tables::Tables;

/// What a stretch of the file is for.
#[derive(Clone, Copy, Debug)]
enum Part {
    Header,
    RefcountTable,
    RefcountBlock(usize),
    L1Table,
    L2Table(usize),
    Data(u64),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => write!(f, "the header"),
            Self::RefcountTable => write!(f, "the refcount table"),
            Self::RefcountBlock(index) => write!(f, "refcount block {index}"),
            Self::L1Table => write!(f, "the L1 table"),
            Self::L2Table(index) => write!(f, "L2 table {index}"),
            Self::Data(guest) => write!(f, "the data of guest {guest}"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    part: Part,
    start: u64,
    count: u64,
}

/// Every stretch of the file that something points to, in a stream's order.
pub(crate) struct Layout(Vec<Piece>);

impl Layout {
    /// Gathers the stretches; all the offsets are known to be aligned.
    pub(crate) fn new(header: &Header, blocks: &[u64], tables: &Tables) -> Self {
        let mut layout = Self(Vec::new());
        let size = header.cluster_size();
        let mut add = |part, offset, count| {
            layout.0.push(Piece { part, start: offset / size, count });
        };
        add(Part::Header, 0, 1);
        add(Part::RefcountTable, header.refcount_table_offset, header.refcount_table_clusters);
        for (index, offset) in blocks.iter().enumerate() {
            add(Part::RefcountBlock(index), *offset, 1);
        }
        if header.l1_entries != 0 {
            add(Part::L1Table, header.l1_offset, header.clusters(header.l1_entries * 8));
        }
        for (index, offset) in tables.l2_offsets.iter().enumerate() {
            add(Part::L2Table(index), *offset, 1);
        }
        if !header.data_file {
            for run in &tables.runs {
                add(Part::Data(run.guest), run.host, header.clusters(run.length));
            }
        }
        layout
    }

    /// Checks that each of the file's clusters is used, and only once.
    pub(crate) fn check_each_used_once(&self, file_clusters: u64) -> Result<(), Error> {
        let mut pieces = self.0.clone();
        pieces.sort_by_key(|piece| piece.start);
        let (mut end, mut before) = (0, Part::Header);
        for Piece { part, start, count } in pieces {
            ensure!(start >= end, "cluster {start} is used twice: by {before} and by {part}");
            ensure!(start <= end, "cluster {end} is used by nothing (before {part})");
            (end, before) = (start + count, part);
        }
        ensure!(end >= file_clusters, "cluster {end} is used by nothing (after {before})");
        ensure!(end <= file_clusters, "cluster {file_clusters}: {before} goes beyond the file");
        Ok(())
    }

    /// Checks that each part starts where the one before it ends.
    pub(crate) fn check_order(&self, file_clusters: u64) -> Result<(), Error> {
        let mut end = 0;
        for Piece { part, start, count } in &self.0 {
            ensure!(*start == end, "order: {part} is at cluster {start}, but {end} is next");
            end += count;
        }
        ensure!(end == file_clusters, "order: the parts end at {end}, the file at {file_clusters}");
        Ok(())
    }
}
