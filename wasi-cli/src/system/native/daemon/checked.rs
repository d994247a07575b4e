//! How far the look at the files of an image has got.

use std::ops::ControlFlow;

use crate::progress::{Event, Listener, Phase};

/// A look under way. Its bytes are those of all files up to where it is, so that they only grow.
pub(super) struct Checked<'a> {
    listener: Listener<'a>,
    /// The bytes of the files that are done.
    before: u64,
    reached: u64,
    total: u64,
}

impl<'a> Checked<'a> {
    /// A look at files of `total` bytes, which begins.
    pub(super) fn new(listener: Listener<'a>, total: u64) -> Self {
        Self { listener, before: 0, reached: 0, total }
    }

    /// The look has got to an offset of a file, in bytes. Breaks if it is to end.
    pub(super) fn at(&mut self, offset: u64) -> ControlFlow<()> {
        let reached = self.before.saturating_add(offset).min(self.total);
        self.reached = self.reached.max(reached);
        self.report()
    }

    /// A file of so many bytes is done.
    pub(super) fn done(&mut self, size: u64) -> ControlFlow<()> {
        self.before = self.before.saturating_add(size).min(self.total);
        self.at(0)
    }

    /// All files are done.
    pub(super) fn end(mut self) -> ControlFlow<()> {
        self.at(self.total)
    }

    fn report(&mut self) -> ControlFlow<()> {
        (self.listener)(Event { phase: Phase::Check, bytes: self.reached, total: self.total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_only_grow_and_end_at_the_total() {
        let mut events = Vec::new();
        let mut listener = |event: Event| {
            events.push((event.bytes, event.total));
            ControlFlow::Continue(())
        };
        let mut checked = Checked::new(&mut listener, 150);
        assert!(checked.at(90).is_continue() && checked.at(10).is_continue());
        assert!(checked.done(100).is_continue() && checked.at(70).is_continue());
        assert!(checked.end().is_continue());
        let bytes = [90, 90, 100, 150, 150].map(|bytes| (bytes, 150));
        assert_eq!(events, bytes);
    }
}
