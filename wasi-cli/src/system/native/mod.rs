//! Linux and other systems like it.

mod acl;
pub(crate) mod activity;
pub(crate) mod daemon;
pub(crate) mod disk;
pub(crate) mod formats;
#[cfg(target_os = "linux")]
mod loop_device;
pub(crate) mod nbd;
#[cfg(target_os = "linux")]
pub(crate) mod outlet;
mod owners;
pub(crate) mod permissions;
pub(crate) mod scan;
pub(crate) mod signals;
#[cfg(target_os = "linux")]
mod splice;
#[cfg(target_os = "linux")]
pub(crate) mod storage;
pub(crate) mod stream;
pub(crate) mod terminal;
pub(crate) mod times;
pub(crate) mod unnamed;

/// What a file is stored on is not looked at elsewhere.
#[cfg(not(target_os = "linux"))]
pub(crate) mod storage {
    /// Not known.
    pub(crate) fn overlap(_: &rustix::fs::Stat, _: &rustix::fs::Stat) -> bool {
        false
    }
}
pub(crate) mod writers;
