//! Where the systems differ. Each module has the same name and the same functions in `native` and in `wasi`.

#[cfg(not(target_os = "wasi"))]
mod native;
#[cfg(target_os = "wasi")]
mod wasi;

#[cfg(target_os = "linux")]
pub(crate) use native::outlet;
#[cfg(not(target_os = "wasi"))]
pub(crate) use native::{
    activity, daemon, disk, formats, nbd, permissions, scan, signals, storage, stream, terminal,
    times, unnamed, writers,
};
#[cfg(target_os = "wasi")]
pub(crate) use wasi::{
    activity, daemon, disk, formats, nbd, permissions, scan, signals, storage, stream, terminal,
    times, unnamed, writers,
};
