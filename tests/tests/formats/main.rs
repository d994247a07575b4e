//! Disks of other formats than raw, which the real qemu-storage-daemon reads.

mod chains;
mod changes;
mod checking;
mod confinement;
mod daemon;
mod damage;
mod endings;
mod esx;
mod handmade;
mod identity;
mod names;
mod options;
mod round_trips;
mod stage;
mod strangers;
mod truncation;
