//! A disk, options of any value, and what is asked of the plugin.

use arbitrary::Unstructured;

use crate::choice::{edge, flag, once_in, skewed, within};
use crate::disk::disk;

/// The most bytes of a disk that are not known to be zeros.
const MOST: usize = 24 << 10;

/// What is asked of a plan.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Length,
    Summary,
    Run { start: u64, end: u64 },
    Read { offset: u64, length: u32 },
}

/// A case.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// The front of the disk; zeros follow.
    pub(super) disk: Vec<u8>,
    /// The size of the disk in bytes.
    pub(super) size: u64,
    pub(super) cluster_size: u32,
    pub(super) refcount_bits: u32,
    /// None, a data file, a raw one.
    pub(super) data_file: u32,
    pub(super) name: Vec<u8>,
    pub(super) actions: Vec<Action>,
}

impl Case {
    pub(super) fn draw(u: &mut Unstructured<'_>) -> Self {
        let mut disk = disk(u);
        disk.truncate(MOST);
        let length = disk.len() as u64;
        let more = if once_in(u, 8) { skewed(u, 63) } else { 0 };
        // A negative number would be a failure.
        let size = length.saturating_add(more).min(i64::MAX as u64);
        let cluster_size = option(u, 9..=21);
        let refcount_bits = option(u, 0..=6);
        let data_file = if once_in(u, 3) { within(u, 1..=2) as u32 } else { 0 };
        let name = if data_file > 0 { name(u) } else { Vec::new() };
        let actions = (0..within(u, 1..=5)).map(|_| Action::draw(u, length)).collect();
        Self { disk, size, cluster_size, refcount_bits, data_file, name, actions }
    }
}

/// 0 for the default, a power of two, or anything.
fn option(u: &mut Unstructured<'_>, bits: std::ops::RangeInclusive<u64>) -> u32 {
    match within(u, 0..=8) {
        0 => 0,
        8 => skewed(u, 32) as u32,
        _ => 1 << within(u, bits),
    }
}

fn name(u: &mut Unstructured<'_>) -> Vec<u8> {
    match within(u, 0..=3) {
        0 => b"disk".to_vec(),
        1 => vec![b'n'; within(u, 0..=3000) as usize],
        2 => u.arbitrary::<String>().unwrap_or_default().into_bytes(),
        _ => u.arbitrary().unwrap_or_default(),
    }
}

impl Action {
    fn draw(u: &mut Unstructured<'_>, size: u64) -> Self {
        match within(u, 0..=5) {
            0 | 1 => Self::Run { start: 0, end: u64::MAX },
            2 => Self::Run { start: edge(u, &[size]), end: edge(u, &[size, u64::MAX]) },
            3 => Self::Read { offset: edge(u, &[size, 512]), length: skewed(u, 17) as u32 },
            4 => Self::Length,
            _ if flag(u) => Self::Length,
            _ => Self::Summary,
        }
    }
}
