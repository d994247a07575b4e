//! The bytes that a host's answers are drawn from. It owns them, as the state of an engine has to.

use arbitrary::Unstructured;

/// Bytes, and how many of them are used up.
#[derive(Clone, Debug)]
pub(super) struct Tape {
    bytes: Vec<u8>,
    at: usize,
}

impl Tape {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), at: 0 }
    }

    /// Draws something.
    pub(super) fn draw<T>(&mut self, from: impl FnOnce(&mut Unstructured<'_>) -> T) -> T {
        let mut u = Unstructured::new(&self.bytes[self.at..]);
        let drawn = from(&mut u);
        self.at = self.bytes.len() - u.len();
        drawn
    }
}
