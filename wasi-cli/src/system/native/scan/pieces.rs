//! A file in pieces, each for one reader.

use std::ops::Range;

use qcow2_stream::{ClusterSize, Error, next_data};

use crate::source::{FileSource, SourceError};

/// The size of a piece in bytes: a multiple of every cluster size. Readers are so never far apart, and a disk that
/// turns sees them as one.
const PIECE: u64 = 2 << 20;

/// The pieces of a file that may hold data, from front to back. Each begins and ends with a cluster.
#[derive(Debug)]
pub(super) struct Pieces {
    source: FileSource,
    cluster_size: ClusterSize,
    /// Where the next piece may begin.
    position: u64,
    /// Where the data ends that was found last.
    data_end: u64,
    /// The size of the disk in bytes.
    size: u64,
}

impl Pieces {
    pub(super) fn new(source: FileSource, size: u64, cluster_size: ClusterSize) -> Self {
        Self { source, cluster_size, position: 0, data_end: 0, size }
    }

    /// The next piece, in bytes, and `None` if there are only holes from there on.
    pub(super) fn next(&mut self) -> Result<Option<Range<u64>>, Error<SourceError>> {
        if self.position >= self.data_end {
            // The kernel may have to walk through the whole of a range to tell its end: it is asked once.
            let data = next_data(&mut self.source, self.position..self.size)?;
            if data.is_empty() {
                return Ok(None);
            }
            self.position = data.start - data.start % self.cluster_size.bytes();
            self.data_end = data.end;
        }
        let start = self.position;
        let end = self.data_end.min(start.saturating_add(PIECE));
        self.position = end
            .checked_next_multiple_of(self.cluster_size.bytes())
            .unwrap_or(u64::MAX)
            .min(self.size);
        Ok(Some(start..self.position))
    }
}
