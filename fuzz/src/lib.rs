//! What the fuzz targets do with their bytes: make a case of them, run it, and compare with a plain model.
//!
//! A case is drawn from [`arbitrary::Unstructured`], which answers with zeros when the bytes are used up. So 0 is
//! everywhere the plainest choice, and every loop over choices ends.

pub mod choice;
pub mod disk;
pub mod image;
pub mod nbd;
pub mod pattern;
pub mod plugin;
pub mod ranges;
pub mod scan;
