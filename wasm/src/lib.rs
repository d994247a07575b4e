//! The core in a browser: what scans, plans and encodes, for the JavaScript in `js/` that reads and writes.
//!
//! Together they are the npm package `qcow2-stream`. The line between them is that of the core: here is everything that
//! could get a byte wrong, and no I/O; there are the promises, streams, workers and signals that browsers do I/O with.
//!
//! ```text
//! File ──► parts of 64 MiB ──► PartScanner, in workers ──► Planner ──► Plan ──► metadata, and which slices of the File
//! ```
//!
//! JavaScript's numbers are exact to 2^53, and so are all offsets here: a `File` cannot be larger.
#![forbid(unsafe_code)]

mod checksum;
mod failure;
mod numbers;
mod object;
mod occupancy;
mod part;
mod piece;
mod plan;
mod planner;
mod slices;

pub use checksum::checksum;
pub use part::PartScanner;
pub use plan::Plan;
pub use planner::Planner;
