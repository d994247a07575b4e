//! An ordered set of indices that is appended to and then only read.
//!
//! Empty and full stretches cost one entry, whatever their length. Where a stretch is broken up so
//! much that a bitmap is smaller, it becomes one. So the set takes at most about a bit for each
//! index, and 32 bytes for each run where runs are few.

mod bitmap;
#[cfg(test)]
mod tests;

use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::ops::Range;

use bitmap::{BITS, Bitmap};

/// This many runs (32 bytes each) in one window take as much memory as a bitmap of it, if the vector that
/// they are in has grown to twice what it needs.
const RUNS_WORTH_A_BITMAP: usize = 64;

/// An ordered set of `u64`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IndexSet {
    /// Disjoint, ascending by `start`, none empty.
    entries: Vec<Entry>,
    len: u64,
    /// One past the last member.
    end: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// The first member. A bitmap's need not be where its window begins: a run may reach into it.
    start: u64,
    /// Members of the set before `start`.
    rank: u64,
    body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Body {
    /// This many members, one after the other.
    Run(u64),
    /// The members within the window of `start`, as offsets into it.
    Bitmap(Bitmap),
}

impl IndexSet {
    /// How many members there are.
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// One past the last member.
    pub(crate) const fn end(&self) -> u64 {
        self.end
    }

    /// Adds a run of members. The caller sees to it that it is not empty and begins at or after
    /// [`end`](Self::end).
    pub(crate) fn push(&mut self, run: Range<u64>) -> Result<(), TryReserveError> {
        debug_assert!(run.start >= self.end && run.start < run.end);
        // Room for a run, and for the one that a bitmap made of it may leave behind.
        self.entries.try_reserve(2)?;
        let (end, members) = (run.end, length(&run));
        let rest = self.extend_last(run);
        self.len = self.len.saturating_add(members);
        self.end = end;
        if !rest.is_empty() {
            self.push_run(rest);
            self.fold_last_window()?;
        }
        Ok(())
    }

    /// Puts as much of the run as belongs there into the last entry, and returns the rest.
    fn extend_last(&mut self, run: Range<u64>) -> Range<u64> {
        let Some(last) = self.entries.last_mut() else {
            return run;
        };
        let window = window(last.start);
        match &mut last.body {
            Body::Run(members) if self.end == run.start => {
                *members = members.saturating_add(length(&run));
                run.end..run.end
            }
            Body::Bitmap(bitmap) if window.contains(&run.start) => {
                let end = run.end.min(window.end);
                bitmap.set(within(&window, run.start..end));
                end..run.end
            }
            Body::Run(_) | Body::Bitmap(_) => run,
        }
    }

    /// Appends an entry for the last members of the set.
    fn push_run(&mut self, run: Range<u64>) {
        let members = length(&run);
        let rank = self.len.saturating_sub(members);
        self.entries.push(Entry { start: run.start, rank, body: Body::Run(members) });
    }

    /// Turns the runs that begin in the last window into a bitmap, once they are many.
    fn fold_last_window(&mut self) -> Result<(), TryReserveError> {
        let window = self.entries.last().map_or(0..0, |last| window(last.start));
        let first = self.entries.partition_point(|entry| entry.start < window.start);
        let runs = self.entries.get(first..).unwrap_or_default();
        let [Entry { start, rank, .. }, ..] = *runs else {
            return Ok(());
        };
        if runs.len() < RUNS_WORTH_A_BITMAP {
            return Ok(());
        }
        let mut bitmap = Bitmap::new()?;
        for run in runs {
            bitmap.set(within(&window, run.start..run.end().min(window.end)));
        }
        self.entries.truncate(first);
        self.entries.push(Entry { start, rank, body: Body::Bitmap(bitmap) });
        // Only the last run can reach past the window; what lies there stays a run.
        if window.end < self.end {
            self.push_run(window.end..self.end);
        }
        Ok(())
    }

    /// How many members are less than `index`.
    pub(crate) fn rank(&self, index: u64) -> u64 {
        let after = self.entries.partition_point(|entry| entry.start < index);
        let before = self.entries.get(..after).and_then(<[Entry]>::last);
        before.map_or(0, |entry| entry.rank.saturating_add(entry.members_before(index)))
    }

    /// The member that has `rank` members before it.
    pub(crate) fn select(&self, rank: u64) -> Option<u64> {
        let after = self.entries.partition_point(|entry| entry.rank <= rank);
        let entry = self.entries.get(..after)?.last()?;
        entry.nth(rank.saturating_sub(entry.rank))
    }

    /// The members within `range`, as runs that do not touch.
    pub(crate) fn runs(&self, range: Range<u64>) -> Runs<'_> {
        let after = self.entries.partition_point(|entry| entry.start <= range.start);
        let entries = self.entries.get(after.saturating_sub(1)..).unwrap_or_default();
        Runs { entries, range }
    }
}

impl Entry {
    /// One past the last member of a run, one past the window of a bitmap.
    fn end(&self) -> u64 {
        match &self.body {
            Body::Run(members) => self.start.saturating_add(*members),
            Body::Bitmap(_) => window(self.start).end,
        }
    }

    /// How many members of this entry are less than `index`, which is not before `start`.
    fn members_before(&self, index: u64) -> u64 {
        match &self.body {
            Body::Run(members) => index.saturating_sub(self.start).min(*members),
            Body::Bitmap(bitmap) => {
                bitmap.count_below(index.saturating_sub(window(self.start).start).min(BITS))
            }
        }
    }

    /// The member of this entry that has `rank` members of it before itself.
    fn nth(&self, rank: u64) -> Option<u64> {
        match &self.body {
            Body::Run(members) => (rank < *members).then(|| self.start.saturating_add(rank)),
            Body::Bitmap(bitmap) => {
                bitmap.nth(rank).map(|bit| window(self.start).start.saturating_add(bit))
            }
        }
    }

    /// The first run of this entry at or after `from`.
    fn run_from(&self, from: u64) -> Option<Range<u64>> {
        match &self.body {
            Body::Run(_) => Some(from.max(self.start)..self.end()).filter(|run| !run.is_empty()),
            Body::Bitmap(bitmap) => {
                let base = window(self.start).start;
                let run = bitmap.run_from(from.saturating_sub(base))?;
                Some(base.saturating_add(run.start)..base.saturating_add(run.end))
            }
        }
    }
}

/// The runs of a set within a range, ascending, none empty, none touching the next.
#[derive(Clone, Debug)]
pub(crate) struct Runs<'a> {
    /// The entries that are left, from the one being read.
    entries: &'a [Entry],
    /// What is left of the range.
    range: Range<u64>,
}

impl Runs<'_> {
    /// The next run within the entry being read, or within the first after it that has one.
    fn next_in_entries(&mut self) -> Option<Range<u64>> {
        loop {
            let (entry, rest) = self.entries.split_first()?;
            match entry.run_from(self.range.start) {
                Some(run) => return Some(run),
                None => self.entries = rest,
            }
        }
    }

    /// How far a run that ends at `end` goes on in the entries behind.
    fn extend(&mut self, mut end: u64) -> u64 {
        while end < self.range.end
            && let [_, rest @ ..] = self.entries
            && let [next, ..] = rest
            && next.start == end
            && let Some(run) = next.run_from(end)
        {
            end = run.end;
            self.entries = rest;
        }
        end
    }
}

impl Iterator for Runs<'_> {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Range<u64>> {
        if self.range.is_empty() {
            return None;
        }
        let run = self.next_in_entries()?;
        let end = self.extend(run.end).min(self.range.end);
        self.range.start = end.max(run.start);
        Some(run.start..end).filter(|run| !run.is_empty())
    }
}

/// The members of a run.
const fn length(run: &Range<u64>) -> u64 {
    run.end.saturating_sub(run.start)
}

/// The indices that share a bitmap with this one. The last window of all ends at `u64::MAX`.
fn window(index: u64) -> Range<u64> {
    let start = index.saturating_sub(index % BITS);
    start..start.saturating_add(BITS)
}

/// A range as offsets into a window.
fn within(window: &Range<u64>, range: Range<u64>) -> Range<u64> {
    range.start.saturating_sub(window.start)..range.end.saturating_sub(window.start)
}
