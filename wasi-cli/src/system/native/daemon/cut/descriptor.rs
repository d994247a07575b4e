//! vmdk's description of the files that a disk consists of: lines of text.

use std::fs::File;
use std::io;

use crate::system::disk;

/// How much of a description is read, in bytes: as much as QEMU reads.
const LONGEST: u64 = 1 << 20;

/// What QEMU calls the extents that are read as they are.
const FLAT: [&str; 2] = ["FLAT", "VMFS"];

/// Those that have tables.
const SPARSE: [&str; 3] = ["SPARSE", "VMFSSPARSE", "SESPARSE"];

/// What sparse files begin with.
const SPARSE_FILES: [&[u8]; 2] = [b"KDMV", b"COWD"];

/// A file that a disk consists of, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Extent {
    /// Its bytes are those of the disk: where they begin and how many there are.
    Flat {
        /// Where they begin, in bytes.
        offset: u64,
        /// How many bytes there are.
        length: u64,
    },
    /// It has tables.
    Sparse,
}

/// The extents that a file describes, in the order in which QEMU opens them. `None` if the description is not whole: all
/// programs write a section with properties of the disk behind the extents. A sparse file need not have any: `are_open` says
/// whether QEMU has opened some.
pub(in super::super) fn extents(
    file: &File,
    end: u64,
    are_open: bool,
) -> io::Result<Option<Vec<Extent>>> {
    let mut text = vec![0; end.min(LONGEST) as usize];
    let mut filled = 0;
    while let Some(rest) = text.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match disk::read_at(file, filled as u64, rest)? {
            0 => break,
            read => filled += read,
        }
    }
    if !are_open && SPARSE_FILES.iter().any(|magic| text.starts_with(magic)) {
        return Ok(Some(Vec::new()));
    }
    Ok(described(&String::from_utf8_lossy(&text)))
}

fn described(text: &str) -> Option<Vec<Extent>> {
    let is_property = |line: &str| line.trim_start().starts_with("ddb.");
    text.lines().any(is_property).then(|| text.lines().filter_map(extent).collect())
}

/// The extent that a line describes: access, sectors, kind, a name in quotes, and for some an offset in sectors.
fn extent(line: &str) -> Option<Extent> {
    let (words, rest) = line.split_once('"')?;
    let mut words = words.split_whitespace();
    let (access, sectors, kind) =
        (words.next()?, words.next()?.parse::<u64>().ok()?, words.next()?);
    if access != "RW" || sectors == 0 {
        return None;
    }
    if SPARSE.contains(&kind) {
        return Some(Extent::Sparse);
    }
    let offset = rest.split_once('"').map_or("", |(_, offset)| offset.trim());
    let offset = offset.split_whitespace().next().and_then(|offset| offset.parse::<u64>().ok());
    FLAT.contains(&kind).then(|| Extent::Flat {
        offset: offset.unwrap_or(0).saturating_mul(512),
        length: sectors.saturating_mul(512),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_describe_extents_count() {
        let text = "# Extent description\nRW 18432 FLAT \"a b.vmdk\" 2\r\n  RW 1 VMFS \"x\"\nRW 4 SPARSE \"RW 1\"\n\
                    RDONLY 4 SPARSE \"x\"\nRW 0 FLAT \"x\" 0\nRW x FLAT \"x\" 0\nRW 1 ZERO\n";
        let flat = |offset, length| Extent::Flat { offset, length };
        let extents = vec![flat(1024, 18432 * 512), flat(0, 512), Extent::Sparse];
        assert_eq!(described(&format!("{text}ddb.adapterType = \"ide\"\n")), Some(extents));
        assert_eq!(described(text), None);
    }
}
