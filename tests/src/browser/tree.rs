//! Which process descends from which.

use std::collections::BTreeMap;
use std::fs;

/// The processes that descend from this one.
///
/// # Panics
///
/// If there is no `/proc`.
pub fn below(ancestor: u32) -> Vec<u32> {
    let children = children();
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(parent) = found.get(next) {
        found.extend(children.get(parent).into_iter().flatten());
        next += 1;
    }
    found.split_off(1)
}

fn children() -> BTreeMap<u32, Vec<u32>> {
    let mut children: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let entries = fs::read_dir("/proc").expect("/proc is mounted");
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    for id in ids {
        // A process that has just gone has no parent any more.
        if let Some(parent) = parent(id) {
            children.entry(parent).or_default().push(id);
        }
    }
    children
}

/// The second number after the program's name in parentheses.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}
