//! The corpus, the independent reader, and what the suites share.

pub mod corpus;
pub mod digest;
pub mod qemu;
pub mod reader;
