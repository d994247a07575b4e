//! The reads that are under way, in the order in which they were sent.

use std::collections::VecDeque;

use crate::coverage::Coverage;
use crate::pending::Read;

/// The reads ahead of a caller. Those that it wants are in ascending order.
#[derive(Debug, Default)]
pub(crate) struct Window {
    reads: VecDeque<Read>,
    /// Buffers to be used again.
    spare: Vec<Vec<u8>>,
}

impl Window {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.reads.len()
    }

    /// Notes a read that is being sent.
    pub(crate) fn push(&mut self, cookie: u64, offset: u64, length: u32) {
        let (buffer, coverage) = (Vec::new(), Coverage::default());
        self.reads.push_back(Read {
            cookie,
            offset,
            length,
            buffer,
            coverage,
            done: false,
            wanted: true,
            failed: false,
        });
    }

    /// The read that a reply belongs to.
    pub(crate) fn find(&mut self, cookie: u64) -> Option<&mut Read> {
        self.reads.iter_mut().find(|read| read.cookie == cookie && !read.done)
    }

    /// Gives a read that has none a buffer.
    pub(crate) fn provide_buffer(&mut self, cookie: u64) {
        let Self { reads, spare } = self;
        let read = reads.iter_mut().find(|read| read.cookie == cookie);
        if let Some(read) = read.filter(|read| read.buffer.is_empty()) {
            read.buffer = spare.pop().unwrap_or_default();
            read.buffer.resize(usize::try_from(read.length).unwrap_or(0), 0);
        }
    }

    /// Moves on to `offset`: what lies before is not wanted any more, and nothing is if `offset` itself was not
    /// asked for. Returns whether it was.
    pub(crate) fn seek(&mut self, offset: u64) -> bool {
        let holds = self.holds(offset);
        for read in &mut self.reads {
            if !holds || read.end() <= offset {
                read.wanted = false;
                self.spare
                    .extend(Some(std::mem::take(&mut read.buffer)).filter(|old| !old.is_empty()));
            }
        }
        self.sweep();
        holds
    }

    /// Whether a byte was asked for, and is wanted.
    pub(crate) fn holds(&self, offset: u64) -> bool {
        self.reads.iter().any(|read| read.wanted && read.contains(offset))
    }

    /// Moves on to nowhere: nothing is wanted any more.
    pub(crate) fn forget(&mut self) {
        self.reads.iter_mut().for_each(|read| read.wanted = false);
        self.sweep();
    }

    /// Forgets what has come and is not wanted.
    pub(crate) fn sweep(&mut self) {
        self.reads.retain(|read| read.wanted || !read.done);
    }

    /// The first read that is wanted.
    pub(crate) fn front(&mut self) -> Option<&mut Read> {
        self.reads.iter_mut().find(|read| read.wanted)
    }

    /// One past the last byte that is wanted.
    pub(crate) fn end(&self) -> Option<u64> {
        self.reads.iter().rfind(|read| read.wanted).map(Read::end)
    }

    /// Where the last read begins that is wanted.
    pub(crate) fn last_start(&self) -> Option<u64> {
        self.reads.iter().rfind(|read| read.wanted).map(|read| read.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_behind_is_dropped_when_it_has_come() {
        let mut window = Window::default();
        for at in 0..3 {
            window.push(at, at * 10, 10);
        }
        assert_eq!(window.end(), Some(30));
        window.provide_buffer(0);
        window.find(0).unwrap().done = true;
        assert!(window.seek(20));
        assert_eq!((window.len(), window.spare.len()), (2, 1));
        assert_eq!(window.front().unwrap().cookie, 2);
        assert!(window.find(0).is_none());
        window.find(1).unwrap().done = true;
        window.sweep();
        assert_eq!(window.len(), 1);
    }

    #[test]
    fn a_seek_elsewhere_leaves_nothing_wanted() {
        let mut window = Window::default();
        window.push(0, 100, 10);
        assert!(!window.seek(99));
        assert_eq!((window.front().is_none(), window.end(), window.len()), (true, None, 1));
    }

    #[test]
    fn buffers_are_used_again() {
        let mut window = Window::default();
        window.push(0, 0, 10);
        window.provide_buffer(0);
        window.find(0).unwrap().buffer.fill(7);
        window.seek(50);
        window.push(1, 50, 10);
        window.provide_buffer(1);
        assert_eq!(window.find(1).unwrap().buffer.len(), 10);
        assert!(window.spare.is_empty());
    }
}
