//! Puts the workers' answers together.

use core::ops::Range;

use qcow2_stream::{
    AllocationMap, ClusterSize, DataFile, GuestCluster, Layout, Options, RefcountBits,
};
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::numbers;
use crate::plan::Plan;

/// A plan in the making.
#[wasm_bindgen]
pub struct Planner {
    options: Options,
    map: AllocationMap,
}

#[wasm_bindgen]
impl Planner {
    /// Parses the options and refuses what can be refused before the source is read. What is `undefined` has the
    /// default of the core; a `data_file_name` asks for an external data file.
    ///
    /// # Errors
    /// If an option has a value that it cannot have, or no image with these options can hold such a source.
    #[wasm_bindgen(constructor)]
    pub fn new(
        source_size: f64,
        cluster_size: Option<f64>,
        refcount_bits: Option<f64>,
        data_file_name: Option<String>,
        data_file_raw: bool,
    ) -> Result<Self, JsValue> {
        let size = numbers::from_js(source_size).ok_or(Failure::Argument)?;
        let mut options = Options::default();
        if let Some(bytes) = cluster_size {
            options.cluster_size = ClusterSize::new(numbers::from_js(bytes).unwrap_or_default())
                .map_err(|error| Failure::Option { name: "clusterSize", error })?;
        }
        if let Some(bits) = refcount_bits {
            options.refcount_bits =
                RefcountBits::new(numbers::from_js(bits).unwrap_or_default())
                    .map_err(|error| Failure::Option { name: "refcountBits", error })?;
        }
        options.data_file = data_file_name.map(|name| DataFile { name, raw: data_file_raw });
        options.check(size).map_err(Failure::from)?;
        Ok(Self { map: AllocationMap::new(options.cluster_size, size), options })
    }

    /// The size of a cluster in bytes.
    #[wasm_bindgen(getter, js_name = clusterSize)]
    pub fn cluster_size(&self) -> u32 {
        // At most 2 MiB.
        u32::try_from(self.options.cluster_size.bytes()).unwrap_or(u32::MAX)
    }

    /// Takes over what a [`PartScanner`](crate::PartScanner) found in the part at `offset`. Parts come in order.
    ///
    /// # Errors
    /// If the part is none of the source, or there is no memory.
    #[wasm_bindgen(js_name = addPart)]
    pub fn add_part(&mut self, offset: f64, runs: &[u32]) -> Result<(), JsValue> {
        let offset = numbers::from_js(offset).ok_or(Failure::Argument)?;
        let first = offset / self.options.cluster_size.bytes();
        for run in runs.as_chunks().0 {
            let [start, end] = run.map(|index| GuestCluster::new(first + u64::from(index)));
            self.allocate(start..end)?;
        }
        Ok(())
    }

    /// Takes over what holds data in another plan of the same source, with clusters of the same size.
    ///
    /// # Errors
    /// If it is of a longer source, or there is no memory.
    #[wasm_bindgen(js_name = addPlan)]
    pub fn add_plan(&mut self, plan: &Plan) -> Result<(), JsValue> {
        let known = plan.allocation();
        for run in known.runs(GuestCluster::new(0)..known.end()) {
            self.allocate(run)?;
        }
        Ok(())
    }

    /// Lays out the image.
    ///
    /// # Errors
    /// If QEMU would not open the image, or JavaScript could not count its bytes.
    pub fn plan(self) -> Result<Plan, JsValue> {
        let layout = Layout::plan(&self.options, self.map).map_err(Failure::from)?;
        Ok(Plan::new(layout)?)
    }
}

impl Planner {
    fn allocate(&mut self, run: Range<GuestCluster>) -> Result<(), Failure> {
        Ok(self.map.allocate(run)?)
    }
}
