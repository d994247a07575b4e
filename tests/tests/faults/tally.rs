//! How many faults there were.

use std::collections::BTreeMap;
use std::fmt;

use crate::fault::Kind;
use crate::judge::Verdict;

/// The faults of a way, by kind.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    kinds: BTreeMap<Kind, usize>,
    pub(crate) absorbed: usize,
    pub(crate) told: usize,
    pub(crate) unreached: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, kind: Kind, verdict: Verdict) {
        let count = match verdict {
            Verdict::Absorbed => &mut self.absorbed,
            Verdict::Told => &mut self.told,
            Verdict::Unreached => &mut self.unreached,
        };
        *count += 1;
        if verdict != Verdict::Unreached {
            *self.kinds.entry(kind).or_default() += 1;
        }
    }

    /// How many faults met their call.
    pub(crate) fn faults(&self) -> usize {
        self.absorbed + self.told
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} faults in {} ways (", self.faults(), self.kinds.len())?;
        for (nth, (kind, count)) in self.kinds.iter().enumerate() {
            write!(f, "{}{kind} {count}", if nth > 0 { ", " } else { "" })?;
        }
        write!(f, "), {} absorbed, {} told", self.absorbed, self.told)
    }
}
