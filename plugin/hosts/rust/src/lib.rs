//! What both hosts know of files.
#![forbid(unsafe_code)]

pub mod holes;
