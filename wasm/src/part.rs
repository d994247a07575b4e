//! What a worker does: it is fed a part of the source, and answers which clusters hold data.

use qcow2_stream::{AllocationMap, ClusterSize, GuestCluster, Scanner, is_zero};
use wasm_bindgen::prelude::*;

use crate::checksum::sum;
use crate::failure::Failure;
use crate::numbers;

/// Scans a part of a source, which begins at a cluster.
#[wasm_bindgen]
pub struct PartScanner {
    scanner: Scanner,
    /// Of the bytes so far, counted from the beginning of the part.
    sum: u64,
}

#[wasm_bindgen]
impl PartScanner {
    /// A scanner for a part of `size` bytes, which are less than 2^32 clusters.
    ///
    /// # Errors
    /// If the sizes cannot be.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, cluster_size: u32) -> Result<Self, JsValue> {
        let size = numbers::from_js(size).ok_or(Failure::Argument)?;
        let cluster_size = ClusterSize::new(cluster_size.into())
            .map_err(|error| Failure::Option { name: "clusterSize", error })?;
        Ok(Self { scanner: Scanner::new(cluster_size, size), sum: 0 })
    }

    /// The next bytes of the part: whole words of eight bytes, but for the last ones.
    ///
    /// # Errors
    /// If the part was said to be shorter, or there is no memory.
    pub fn data(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let position = self.scanner.position();
        self.scanner.data(bytes).map_err(Failure::from)?;
        // Zeros count nothing, and are told sooner than summed up.
        if !is_zero(bytes) {
            self.sum = self.sum.wrapping_add(sum(position, bytes));
        }
        Ok(())
    }

    /// The checksum of the bytes so far, each at its place in the part.
    #[wasm_bindgen(getter)]
    pub fn checksum(&self) -> u64 {
        self.sum
    }

    /// The runs of clusters that hold data, each as its first cluster and the one past its last, counted from
    /// the beginning of the part.
    ///
    /// # Errors
    /// If the part is not complete, or there is no memory.
    pub fn finish(self) -> Result<Vec<u32>, JsValue> {
        Ok(runs(&self.scanner.finish().map_err(Failure::from)?))
    }
}

fn runs(map: &AllocationMap) -> Vec<u32> {
    let index = |cluster: GuestCluster| u32::try_from(cluster.get()).unwrap_or(u32::MAX);
    let runs = map.runs(GuestCluster::new(0)..map.end());
    runs.flat_map(|run| [index(run.start), index(run.end)]).collect()
}
