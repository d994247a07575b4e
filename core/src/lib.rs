//! Write a qcow2 image front to back, to anything that takes bytes.
//!
//! A qcow2 image can be written in one pass only when every offset is known before the first byte.
//! So the data goes one way, and each stage knows nothing of the ones behind it:
//!
//! ```text
//! source bytes ──► 1 scan ──► AllocationMap ──► 2 plan ──► Layout ──► 3 segments ──► 4 sink
//!                (which guest                (every host          (in file order:
//!                 clusters hold data)         offset, once)        metadata | guest range | zeros)
//! ```
//!
//! [`scan()`] and [`emit()`] drive the stages over a [`ReadAt`] source and a [`Write`] sink. The stages
//! themselves do no I/O: a front end that has its own way of moving bytes feeds a [`Scanner`],
//! plans a [`Layout`], and walks its [`Segments`].
//!
//! ```
//! use core::ops::ControlFlow;
//! use qcow2_stream::{Options, emit, scan};
//!
//! let mut disk: &[u8] = &[0x5a; 100_000];
//! let mut image = Vec::new();
//! let mut buffer = vec![0; 1 << 20];
//!
//! let layout = scan(&mut disk, &Options::default(), &mut buffer, |_| ControlFlow::Continue(()))?;
//! // The exact length is known before the first byte goes out.
//! assert_eq!(layout.image_size(), 458_752);
//! emit(&layout, &mut disk, &mut image, &mut buffer, |_| ControlFlow::Continue(()))?;
//! assert_eq!(image.len(), 458_752);
//! assert_eq!(&image[..4], b"QFI\xfb");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The names are those of QEMU's qcow2 specification (`docs/interop/qcow2`). The images are byte for
//! byte those of QEMU's `qcow2-to-stdout.py`.
#![no_std]
#![forbid(unsafe_code)]
// Nothing that comes from outside may bend an offset or stop the program.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod address;
mod allocation;
mod convert;
mod counts;
mod error;
mod format;
mod geometry;
mod index_set;
mod io;
mod layout;
mod limits;
mod metadata;
mod options;
mod progress;
mod scan;
mod segment;
mod summary;

pub use address::{GuestCluster, GuestOffset, HostCluster, HostOffset};
pub use allocation::{AllocationMap, MapError};
pub use convert::{convert, emit, emit_range, next_data, read_image_at, scan, scan_range};
pub use error::Error;
pub use geometry::{ClusterSize, GeometryError, RefcountBits, VirtualSize};
pub use io::{ReadAt, Write};
pub use layout::Layout;
pub use limits::{PlanError, Remedy};
pub use options::{DataFile, Options};
pub use progress::{Phase, Progress};
pub use scan::{Scanner, is_zero};
pub use segment::{Segment, Segments};
pub use summary::LayoutSummary;
