//! What an image must hold, worked out from the disk alone, in the plainest way.

use std::ops::Range;

use qcow2_stream::Options;

/// The disk in whole clusters, and which of them the image must map.
pub(crate) struct Expected {
    pub(crate) virtual_size: u64,
    /// The guest's ranges that are mapped, merged, the last one cut at the virtual size.
    pub(crate) allocated_ranges: Vec<Range<u64>>,
    /// The disk, padded with zeros to whole clusters.
    padded: Vec<u8>,
    /// The allocated clusters in whole.
    clusters: Vec<Range<usize>>,
}

impl Expected {
    pub(crate) fn new(options: &Options, disk: &[u8]) -> Self {
        let size = options.cluster_size.bytes() as usize;
        let raw = options.data_file.as_ref().is_some_and(|file| file.raw);
        let mut padded = disk.to_vec();
        padded.resize(disk.len().next_multiple_of(size), 0);
        let zeros = vec![0; size];
        let starts = (0..padded.len()).step_by(size);
        let clusters: Vec<_> = starts
            .map(|start| start..start + size)
            .filter(|cluster| raw || padded[cluster.clone()] != zeros)
            .collect();
        let virtual_size = disk.len().next_multiple_of(512) as u64;
        let allocated_ranges = merge(&clusters, virtual_size);
        Self { virtual_size, allocated_ranges, padded, clusters }
    }

    /// What the guest reads.
    pub(crate) fn guest_bytes(&self) -> &[u8] {
        &self.padded[..self.virtual_size as usize]
    }

    /// The allocated clusters, one after the other.
    pub(crate) fn allocated_bytes(&self) -> Vec<u8> {
        let clusters: Vec<_> =
            self.clusters.iter().map(|range| &self.padded[range.clone()]).collect();
        clusters.concat()
    }
}

fn merge(clusters: &[Range<usize>], virtual_size: u64) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for cluster in clusters {
        let (start, end) = (cluster.start as u64, virtual_size.min(cluster.end as u64));
        match ranges.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    ranges
}
