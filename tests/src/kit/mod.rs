//! What the library's own suites share: sources, sinks, a stage on which both do as a script
//! says, and a measure of memory.

pub mod heap;
mod image_file;
mod lengths;
mod manners;
mod memory;
mod settings;
mod sinks;
pub mod stage;
mod synthetic;

pub use image_file::ImageFile;
pub use lengths::Lengths;
pub use manners::{Cached, Holeless, ShortReads};
pub use memory::Memory;
pub use settings::{CLUSTER_SIZES, REFCOUNT_WIDTHS, go_on, options, options_of, with_data_file};
pub use sinks::{Counting, Digesting, ShortWrites};
pub use synthetic::Synthetic;
