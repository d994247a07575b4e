//! L1 table entry ("Cluster mapping" in the specification).

use super::{COPIED, Word};
use crate::address::HostOffset;

/// The entry of an L2 table that is in use, at a cluster boundary below 2^56.
pub(crate) const fn entry(l2_table: HostOffset) -> Word {
    (l2_table.get() | COPIED).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_the_offset_with_the_copied_bit() {
        let bytes = entry(HostOffset::new(0x0012_3456_789a_bc00));
        assert_eq!(bytes, [0x80, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0x00]);
    }
}
