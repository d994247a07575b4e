//! Numbers and bytes from the front of what a server sent. All numbers are big-endian.

/// What is left of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// The next `length` bytes.
    pub(crate) fn bytes(&mut self, length: u32) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn fields_are_taken_from_the_front_as_far_as_there_are_any() {
        let mut fields = Fields(&[0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 9, 8, 7]);
        assert_eq!((fields.u16(), fields.u32(), fields.u64()), (Some(1), Some(2), Some(3)));
        assert_eq!(fields.bytes(2), Some(&[9, 8][..]));
        assert_eq!((fields.u16(), fields.bytes(2), fields.0), (None, None, &[7][..]));
    }
}
