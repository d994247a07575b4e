//! L2 table entry: a standard cluster descriptor ("Cluster mapping" in the specification).

use super::{COPIED, Word};
use crate::address::HostOffset;

/// The entry of an allocated cluster, at a cluster boundary below 2^56 of the image or of the data
/// file. With a data file that may be offset 0: bit 63 alone says then that the cluster is there.
pub(crate) const fn entry(cluster: HostOffset) -> Word {
    (cluster.get() | COPIED).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_the_offset_with_the_copied_bit_even_at_zero() {
        assert_eq!(entry(HostOffset::new(0x5_0000)), [0x80, 0, 0, 0, 0, 5, 0, 0]);
        assert_eq!(entry(HostOffset::new(0)), [0x80, 0, 0, 0, 0, 0, 0, 0]);
    }
}
