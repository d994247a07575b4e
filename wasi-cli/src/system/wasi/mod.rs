//! WASI preview 1, as wasmtime and Node run it.

pub(crate) mod activity;
pub(crate) mod daemon;
pub(crate) mod disk;
pub(crate) mod formats;
pub(crate) mod nbd;
pub(crate) mod permissions;
pub(crate) mod scan;
pub(crate) mod signals;
pub(crate) mod storage;
pub(crate) mod stream;
pub(crate) mod terminal;
pub(crate) mod times;
pub(crate) mod unnamed;
pub(crate) mod writers;
