//! What both hosts know of files.

pub mod holes;
