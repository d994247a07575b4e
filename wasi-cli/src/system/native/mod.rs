//! Linux and other systems like it.

pub(crate) mod daemon;
pub(crate) mod disk;
pub(crate) mod formats;
pub(crate) mod nbd;
#[cfg(target_os = "linux")]
pub(crate) mod outlet;
pub(crate) mod permissions;
pub(crate) mod scan;
pub(crate) mod signals;
#[cfg(target_os = "linux")]
mod splice;
pub(crate) mod stream;
pub(crate) mod terminal;
pub(crate) mod times;
