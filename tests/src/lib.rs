//! The corpus, the independent reader, and what the suites share.

pub mod browser;
pub mod command;
pub mod corpus;
pub mod digest;
pub mod installed;
pub mod kit;
pub mod qemu;
pub mod reader;
