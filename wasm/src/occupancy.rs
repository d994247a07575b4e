//! How full each part of the disk is, for a picture of it.

use qcow2_stream::{AllocationMap, GuestCluster};

use crate::numbers::{narrow, to_js};

/// Bytes in allocated clusters, for each of so many equal cells of the disk.
pub(crate) fn of(map: &AllocationMap, cells: u32) -> Vec<f64> {
    let (size, cluster_size) = (map.source_size(), map.cluster_size().bytes());
    let mut bytes = vec![0; narrow(cells.into())];
    let mut borders = borders(size, cells.into());
    let (mut cell, mut border) = (0, borders.next().unwrap_or(size));
    for run in map.runs(GuestCluster::new(0)..map.end()) {
        let mut at = run.start.get() * cluster_size;
        let end = size.min(run.end.get() * cluster_size);
        while at < end {
            let next = border.clamp(at, end);
            if let Some(here) = bytes.get_mut(cell) {
                *here += next - at;
            }
            at = next;
            if border <= at {
                (cell, border) = (cell + 1, borders.next().unwrap_or(u64::MAX));
            }
        }
    }
    bytes.into_iter().map(to_js).collect()
}

/// Where the cells end, in bytes, as evenly as whole numbers go.
fn borders(size: u64, cells: u64) -> impl Iterator<Item = u64> {
    let (each, rest) = (size / cells.max(1), size % cells.max(1));
    // The rest is less than 2^32, as are the cells.
    (1..=cells).map(move |cell| each * cell + rest * cell / cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use qcow2_stream::ClusterSize;

    #[test]
    fn every_byte_is_shared_out() {
        let mut map = AllocationMap::new(ClusterSize::DEFAULT, 1_000_000);
        map.allocate(GuestCluster::new(1)..GuestCluster::new(3)).unwrap();
        map.allocate(GuestCluster::new(15)..GuestCluster::new(16)).unwrap();
        assert_eq!(of(&map, 1), [148_032.0]);
        assert_eq!(of(&map, 4), [131_072.0, 0.0, 0.0, 16_960.0]);
        assert_eq!(of(&map, 10)[..3], [34_464.0, 96_608.0, 0.0]);
        assert!(of(&map, 0).is_empty());
        assert_eq!(of(&map, 3_000_000).iter().sum::<f64>(), 148_032.0);
    }

    #[test]
    fn a_full_disk_is_full_everywhere() {
        for size in [1, 999, 65_536, 1 << 52] {
            let map = AllocationMap::full(ClusterSize::MIN, size).unwrap();
            let cells = of(&map, 7);
            assert_eq!(cells.iter().sum::<f64>(), to_js(size));
            assert!(
                cells.iter().all(|bytes| (bytes - to_js(size) / 7.0).abs() <= 1.0),
                "{cells:?}"
            );
        }
        assert_eq!(of(&AllocationMap::new(ClusterSize::MIN, 0), 2), [0.0, 0.0]);
    }
}
