//! What the daemon's user may do that the daemon needn't: capabilities and supplementary groups.
//!
//! A file that its user may read stays readable. Root reads the files of others by a capability, and members of the
//! group `disk` read block devices: only what no file needs is given up.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::{Context, Result};
use rustix::fs::{Mode, OFlags, fstat, open};
use rustix::process::getgroups;
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_ambient_set,
    clear_ambient_capability_set, configure_capability_in_ambient_set,
    remove_capability_from_bounding_set, set_capabilities, set_no_new_privs, set_thread_groups,
};

use crate::kind;

/// The capabilities by which any file can be read: that to do just this, and that which comes with others. The first
/// is preferred; containers often have the second only.
const READING: [CapabilitySet; 2] = [CapabilitySet::DAC_READ_SEARCH, CapabilitySet::DAC_OVERRIDE];

/// Gives up what isn't needed to read the files, and the way to get any of it back by `exec`.
///
/// # Errors
///
/// Those of the system calls that give up rights this process has.
pub(super) fn reduce(program: &Path, input: &OsStr, allowed: &[OsString]) -> Result<()> {
    let all = || [program.as_os_str(), input].into_iter().chain(allowed.iter().map(|path| &**path));
    let before = capabilities(None)?;
    let reading = READING.into_iter().find(|reading| outlasts_exec(before, *reading));
    let groups = getgroups()?;
    // Only a process that may choose its groups can be without.
    let is_without_groups = set_thread_groups(&[]).is_ok();
    set_capabilities(None, CapabilitySets { effective: CapabilitySet::empty(), ..before })?;
    let needs_more = !all().all(is_readable);
    set_capabilities(None, before)?;
    if needs_more && reading.is_none() && is_without_groups {
        set_thread_groups(&groups).context("cannot return to the groups of its user")?;
    }
    keep(reading.filter(|_| needs_more).unwrap_or(CapabilitySet::empty()), before)
}

/// Whether the daemon would have a capability without this module.
fn outlasts_exec(sets: CapabilitySets, capability: CapabilitySet) -> bool {
    let is_root = rustix::process::geteuid().is_root();
    sets.permitted.contains(capability)
        && (is_root || capability_is_in_ambient_set(capability).unwrap_or(false))
}

/// Whether a file can be read with the rights of now. What may be read in a folder can't be known ahead.
fn is_readable(path: &OsStr) -> bool {
    let file = open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty());
    let stat = file.and_then(|file| fstat(&file));
    stat.is_ok_and(|stat| kind::of(&stat) != rustix::fs::FileType::Directory)
}

/// Gives up every capability but those in `kept`, in each of the five sets.
fn keep(kept: CapabilitySet, before: CapabilitySets) -> Result<()> {
    set_no_new_privs(true)?;
    clear_ambient_capability_set()?;
    for capability in (0..u64::BITS).map(|bit| CapabilitySet::from_bits_retain(1 << bit)) {
        if !kept.contains(capability) {
            // Without the right to do that there is, after `set_no_new_privs`, no way to get one from this set either.
            let _ = remove_capability_from_bounding_set(capability);
        }
    }
    let kept = kept & before.permitted;
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable: kept })
        .context("cannot give up capabilities")?;
    for capability in READING.into_iter().filter(|capability| kept.contains(*capability)) {
        configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}
