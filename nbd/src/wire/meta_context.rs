//! The answer to `NBD_OPT_SET_META_CONTEXT`.

use crate::fields::Fields;

/// The context that tells holes and zeros.
pub(crate) const BASE_ALLOCATION: &[u8] = b"base:allocation";

/// The number that stands for `base:allocation` from now on; `Some(None)` for another context, and `None` if
/// the data is too short.
pub(crate) fn decode(data: &[u8]) -> Option<Option<u32>> {
    let mut fields = Fields(data);
    let id = fields.u32()?;
    Some(Some(id).filter(|_| fields.0 == BASE_ALLOCATION))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_context_has_a_number_and_a_name() {
        assert_eq!(decode(b"\x00\x00\x01\x00base:allocation"), Some(Some(256)));
        assert_eq!(decode(b"\x00\x00\x01\x00base:allocations"), Some(None));
        assert_eq!(decode(b"\x00\x00\x01"), None);
    }
}
