//! A planned image.

use js_sys::Object;
use qcow2_stream::{AllocationMap, GuestCluster, HostOffset, Layout, Segment};
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::numbers::{self, EXACT};
use crate::object::{set, set_number};
use crate::{occupancy, piece, slices};

/// Everything that is known of an image before its first byte. Sizes and offsets are in bytes.
#[wasm_bindgen]
pub struct Plan(Layout);

impl Plan {
    pub(crate) fn new(layout: Layout) -> Result<Self, Failure> {
        let bytes = layout.image_size();
        if bytes > EXACT {
            return Err(Failure::TooLong { bytes });
        }
        Ok(Self(layout))
    }

    pub(crate) fn allocation(&self) -> &AllocationMap {
        self.0.allocation()
    }
}

#[wasm_bindgen]
impl Plan {
    /// The exact length of the image.
    #[wasm_bindgen(getter, js_name = outputSize)]
    pub fn output_size(&self) -> f64 {
        numbers::to_js(self.0.image_size())
    }

    /// What the image comes to: the figures of the core's `LayoutSummary`.
    #[wasm_bindgen(getter)]
    pub fn summary(&self) -> Object {
        let summary = self.0.summary();
        let object = Object::new();
        set_number(&object, "required", summary.required);
        set_number(&object, "fullyAllocated", summary.fully_allocated.min(EXACT));
        set_number(&object, "virtualSize", summary.virtual_size);
        set_number(&object, "clusterSize", summary.cluster_size);
        set_number(&object, "refcountBits", summary.refcount_bits);
        set_number(&object, "allocatedClusters", summary.allocated_clusters);
        set_number(&object, "metadataBytes", summary.metadata_bytes);
        object
    }

    /// How many runs of allocated clusters there are.
    #[wasm_bindgen(getter)]
    pub fn runs(&self) -> f64 {
        let map = self.0.allocation();
        numbers::to_js(numbers::widen(map.runs(GuestCluster::new(0)..map.end()).count()))
    }

    /// How many parts the image has as a `Blob`.
    #[wasm_bindgen(getter, js_name = blobParts)]
    pub fn blob_parts(&self) -> f64 {
        numbers::to_js(slices::parts(&self.0))
    }

    /// The longest slice of the source that goes into a `Blob`.
    #[wasm_bindgen(getter, js_name = sliceLimit)]
    pub fn slice_limit(&self) -> f64 {
        numbers::to_js(slices::limit(self.0.source_size()))
    }

    /// The rest of the segment at an offset of the image, none at its end.
    #[wasm_bindgen(js_name = segmentAt)]
    pub fn segment_at(&self, offset: f64) -> Option<Object> {
        let start = HostOffset::new(numbers::from_js(offset)?);
        let end = HostOffset::new(self.0.image_size());
        let segment = self.0.segments_in(start..end).next()?;
        let (kind, offset) = match segment {
            Segment::Metadata { offset, .. } => ("metadata", Some(offset.get())),
            Segment::Guest { offset, .. } => ("guest", Some(offset.get())),
            Segment::Zeros { .. } => ("zeros", None),
        };
        let object = Object::new();
        set(&object, "kind", &kind.into());
        if let Some(offset) = offset {
            set_number(&object, "offset", offset);
        }
        set_number(&object, "length", segment.length());
        Some(object)
    }

    /// The next piece that is worth one read or one write, from an offset of the image on; none at its end.
    #[wasm_bindgen(js_name = pieceAt)]
    pub fn piece_at(&self, offset: f64) -> Option<Object> {
        piece::at(&self.0, numbers::from_js(offset)?).map(|piece| piece.to_object())
    }

    /// The metadata at an offset of the image.
    pub fn metadata(&self, offset: f64, length: u32) -> Vec<u8> {
        let mut bytes = vec![0; numbers::narrow(length.into())];
        if let Some(offset) = numbers::from_js(offset) {
            self.0.encode_metadata(HostOffset::new(offset), &mut bytes);
        }
        bytes
    }

    /// For each of so many equal cells of the disk: how many of its bytes are in allocated clusters.
    pub fn occupancy(&self, cells: u32) -> Vec<f64> {
        occupancy::of(self.0.allocation(), cells)
    }
}
