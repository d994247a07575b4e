//! Lengths that vary from call to call.

/// The lengths 1, 2, 3, and so on up to a largest one, then from 1 again.
#[derive(Clone, Debug)]
pub struct Lengths {
    last: usize,
    most: usize,
}

impl Lengths {
    /// Lengths from 1 to `most`.
    pub fn up_to(most: usize) -> Self {
        Self { last: 0, most }
    }

    /// The next length, or `available` if that is less.
    pub fn next_within(&mut self, available: usize) -> usize {
        self.last = self.last % self.most + 1;
        self.last.min(available)
    }
}
