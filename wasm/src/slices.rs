//! The image as a `Blob` of metadata and slices of the source.

use qcow2_stream::{Layout, Segment};

/// About how many slices a dense disk is cut into before they get longer.
const SLICES: u64 = 2048;

/// The most metadata or zeros in one part, in bytes: as in `js/blob.js`.
const MADE: u64 = 16 << 20;

/// How long a slice may be, in bytes. The browser looks whether the source has changed when it begins a slice, so they are
/// short; but each costs time and memory, so on a large disk they are longer.
pub(crate) fn limit(source_size: u64) -> u64 {
    source_size.div_ceil(SLICES).next_power_of_two().clamp(16 << 20, 64 << 20)
}

/// How many parts there are.
pub(crate) fn parts(layout: &Layout) -> u64 {
    let limit = limit(layout.source_size());
    let parts = layout.segments().map(|segment| match segment {
        Segment::Guest { length, .. } => length.div_ceil(limit),
        Segment::Metadata { length, .. } | Segment::Zeros { length } => length.div_ceil(MADE),
    });
    parts.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use qcow2_stream::{AllocationMap, ClusterSize, GuestCluster, Options};

    #[test]
    fn slices_are_short_unless_the_disk_is_large() {
        for (gib, mib) in [(0, 16), (32, 16), (33, 32), (100, 64), (1 << 20, 64)] {
            assert_eq!(limit(gib << 30), mib << 20, "{gib} GiB");
        }
    }

    #[test]
    fn parts_are_runs_cut_at_the_limit() {
        let mut map = AllocationMap::new(ClusterSize::DEFAULT, (40 << 20) + 1);
        map.allocate(GuestCluster::new(0)..GuestCluster::new(1)).unwrap();
        map.allocate(GuestCluster::new(2)..map.end()).unwrap();
        let layout = Layout::plan(&Options::default(), map).unwrap();
        // Metadata, the first run, three slices of the second, and the zeros behind it.
        assert_eq!(parts(&layout), 6);
    }
}
