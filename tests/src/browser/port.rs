//! The port on which a process listens.
//!
//! Drivers choose a free one themselves, which cannot be taken by another
//! meanwhile, but each says it in its own way, and one not at all.

use std::fs;

/// The first port of IPv4 on which the process listens.
pub(crate) fn listening(id: u32) -> Option<u16> {
    let sockets = sockets(id);
    let table = fs::read_to_string(format!("/proc/{id}/net/tcp")).ok()?;
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let (address, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        let own = *state == LISTEN && sockets.iter().any(|socket| socket == inode);
        own.then(|| u16::from_str_radix(address.split(':').nth(1)?, 16).ok())?
    })
}

/// A state, as the kernel writes it.
const LISTEN: &str = "0A";

/// The numbers of a process's sockets.
fn sockets(id: u32) -> Vec<String> {
    let links = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
    let number = |link: fs::DirEntry| {
        let target = fs::read_link(link.path()).ok()?;
        Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
    };
    links.filter_map(number).collect()
}
