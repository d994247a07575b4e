//! Numbers and options that bytes stand for.

use std::ops::RangeInclusive;

use arbitrary::Unstructured;
use qcow2_stream::{ClusterSize, DataFile, Options, RefcountBits};

/// A number in the range; its beginning if the bytes are used up.
pub fn within(u: &mut Unstructured<'_>, range: RangeInclusive<u64>) -> u64 {
    u.int_in_range(range.clone()).unwrap_or(*range.start())
}

/// Yes or no; no if the bytes are used up.
pub fn flag(u: &mut Unstructured<'_>) -> bool {
    u.arbitrary().unwrap_or_default()
}

/// Whether something happens that should happen once in `times`.
pub fn once_in(u: &mut Unstructured<'_>, times: u64) -> bool {
    within(u, 0..=times - 1) == times - 1
}

/// A number below `1 << bits`, the small ones as often as the large ones.
pub fn skewed(u: &mut Unstructured<'_>, bits: u64) -> u64 {
    let used = within(u, 0..=bits);
    let number: u64 = u.arbitrary().unwrap_or_default();
    number & 1_u64.checked_shl(used as u32).map_or(u64::MAX, |end| end - 1)
}

/// A buffer for so many bytes to go through: a large one, or a small one that takes not too many turns.
pub fn buffer(u: &mut Unstructured<'_>, bytes: u64) -> Vec<u8> {
    let small = flag(u).then(|| 1 + bytes / 256 + skewed(u, 16));
    vec![0; small.unwrap_or(65_536) as usize]
}

/// Any number, mostly one at which something may begin, end or overflow.
pub fn edge(u: &mut Unstructured<'_>, edges: &[u64]) -> u64 {
    match within(u, 0..=4) {
        0 => skewed(u, 12),
        1 => skewed(u, 64),
        2 => (1 << within(u, 0..=63)) + skewed(u, 10),
        _ if edges.is_empty() => 0,
        way => {
            let edge = edges[within(u, 0..=edges.len() as u64 - 1) as usize];
            let distance = skewed(u, 11);
            if way == 3 { edge.wrapping_add(distance) } else { edge.wrapping_sub(distance) }
        }
    }
}

/// Options with clusters of at most `1 << bits` bytes. The data file's name may be one that is refused.
pub fn options(u: &mut Unstructured<'_>, bits: u64) -> Options {
    let most = if flag(u) { bits } else { bits.min(12) };
    let cluster_size = 1 << within(u, 9..=most);
    let refcount_bits = 1 << within(u, 0..=6);
    let data_file = match within(u, 0..=3) {
        kind @ 2..=3 => Some(DataFile { name: name(u), raw: kind == 3 }),
        _ => None,
    };
    Options {
        cluster_size: ClusterSize::new(cluster_size).expect("a power of two in the range"),
        refcount_bits: RefcountBits::new(refcount_bits).expect("a power of two in the range"),
        data_file,
    }
}

fn name(u: &mut Unstructured<'_>) -> String {
    match within(u, 0..=2) {
        0 => "disk.raw".to_owned(),
        1 => "n".repeat(within(u, 0..=3000) as usize),
        _ => u.arbitrary().unwrap_or_default(),
    }
}

/// Whether every image format of any cluster size has room for the data file's name.
pub fn has_good_name(options: &Options) -> bool {
    let name = options.data_file.as_ref().map(|file| &file.name);
    name.is_none_or(|name| (1..=384).contains(&name.len()) && !name.contains('\0'))
}
