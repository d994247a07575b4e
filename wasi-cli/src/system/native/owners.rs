//! Whether the owner of a file is known.

use rustix::fs::Stat;

/// The number that stands for every user or group that has none in this user namespace. It may also be that of one
/// who has: nobody.
#[cfg(target_os = "linux")]
const ANYBODY: u32 = 65534;

/// Whether the numbers of a file's owner and group name one user and one group. A container knows some of the
/// system's users by number, and all others by the same one.
#[cfg(target_os = "linux")]
pub(super) fn are_known(file: &Stat) -> bool {
    let is_known = |id, map| id != ANYBODY || has_all(map);
    is_known(file.st_uid, "/proc/self/uid_map") && is_known(file.st_gid, "/proc/self/gid_map")
}

/// Whether every number is mapped to one, as it is outside of containers. Taken for granted without /proc.
#[cfg(target_os = "linux")]
fn has_all(map: &str) -> bool {
    let Ok(map) = std::fs::read_to_string(map) else { return true };
    let counts = map.lines().filter_map(|line| line.split_ascii_whitespace().nth(2)?.parse().ok());
    // All but the last number, which means none.
    counts.fold(0, u64::saturating_add) >= u64::from(u32::MAX)
}

/// Elsewhere there are no such containers.
#[cfg(not(target_os = "linux"))]
pub(super) fn are_known(_: &Stat) -> bool {
    true
}
