//! An independent reader of qcow2 version 3 that is a checker too.
//!
//! It is written from the format's specification alone and shares no code with
//! the encoders, so that a mistake has to be made twice to go unseen. It takes
//! only what a front-to-back writer has reason to make: no snapshots,
//! encryption, compression, zero clusters or subclusters, every host cluster
//! used exactly once, and nothing but zeros where nothing belongs.

mod bytes;
mod compare;
mod error;
mod extensions;
mod features;
mod guest;
mod header;
mod image;
mod layout;
mod lookup;
mod refcounts;
mod refused;
mod summary;
mod tables;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use extensions::Extensions;
pub use features::{FeatureKind, FeatureName};
pub use header::Header;
pub use image::Image;
pub use summary::Summary;
