//! How many faults there were, and what they led to.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use crate::call::Call;
use crate::fault::{Fault, Kind};
use crate::judge::{Ended, Verdict, judge};
use crate::way::Way;

/// The faults of a way, by kind.
#[derive(Debug)]
pub(crate) struct Tally {
    way: Way,
    begun: Instant,
    kinds: BTreeMap<Kind, usize>,
    absorbed: usize,
    told: usize,
    unreached: usize,
    wrong: Vec<String>,
}

impl Tally {
    pub(crate) fn new(way: Way) -> Self {
        Self {
            way,
            begun: Instant::now(),
            kinds: BTreeMap::new(),
            absorbed: 0,
            told: 0,
            unreached: 0,
            wrong: Vec::new(),
        }
    }

    /// Judges a conversion, and counts its fault.
    pub(crate) fn add(&mut self, fault: &Fault, ended: &Ended) {
        let count = match judge(self.way, fault, ended) {
            Ok(Verdict::Absorbed) => &mut self.absorbed,
            Ok(Verdict::Told) => &mut self.told,
            Ok(Verdict::Unreached) => {
                self.unreached += 1;
                return;
            }
            Err(wrong) => return self.wrong.push(format!("{fault}: {wrong}: {ended:?}")),
        };
        *count += 1;
        *self.kinds.entry(fault.kind).or_default() += 1;
    }

    /// Says how many there were.
    ///
    /// # Panics
    ///
    /// If something was wrong, or hardly anything was tried.
    #[track_caller]
    pub(crate) fn conclude(&self, calls: &[Call]) {
        println!("{}: {} calls, {self}", self.way, calls.len());
        let wrong = &self.wrong;
        assert!(wrong.is_empty(), "{}: {} of them:\n{}", self.way, wrong.len(), wrong.join("\n"));
        assert!(calls.len() > 10, "only {} calls", calls.len());
        assert!(self.absorbed > 0 && self.told > 0, "{self}");
        // How many calls it takes depends on threads and on a server's pieces, and a daemon can't die before it lives.
        assert!(self.unreached * 4 <= self.absorbed + self.told, "{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kinds, absorbed, told, unreached, begun, .. } = self;
        write!(f, "{} faults in {} ways (", absorbed + told, kinds.len())?;
        for (nth, (kind, count)) in kinds.iter().enumerate() {
            write!(f, "{}{kind} {count}", if nth > 0 { ", " } else { "" })?;
        }
        write!(f, "), {absorbed} absorbed, {told} told, {unreached} not reached")?;
        write!(f, "; {:.1} s", begun.elapsed().as_secs_f64())
    }
}
