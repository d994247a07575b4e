//! The set against the plain truth of a `BTreeSet`.

use super::bitmap::WORDS;
use super::*;
use std::collections::BTreeSet;
use std::vec;

/// A set and the plain truth beside it.
fn build(runs: &[Range<u64>]) -> (IndexSet, BTreeSet<u64>) {
    let mut set = IndexSet::default();
    for run in runs {
        set.push(run.clone()).unwrap();
    }
    (set, runs.iter().cloned().flatten().collect())
}

fn assert_agree(set: &IndexSet, truth: &BTreeSet<u64>, span: u64) {
    assert_eq!(set.len(), truth.len() as u64);
    assert_eq!(set.end(), truth.last().map_or(0, |last| last + 1));
    let members: vec::Vec<u64> = set.runs(0..span).flatten().collect();
    assert_eq!(members, truth.iter().copied().collect::<vec::Vec<_>>());
    let runs: vec::Vec<_> = set.runs(0..span).collect();
    assert!(runs.windows(2).all(|pair| pair[0].end < pair[1].start));
    for (rank, member) in truth.iter().enumerate().step_by(997) {
        assert_eq!(set.select(rank as u64), Some(*member));
        assert_eq!(set.rank(*member), rank as u64);
        assert_eq!(set.rank(member + 1), rank as u64 + 1);
    }
    assert_eq!(set.select(set.len()), None);
    for from in (0..span).step_by(9973) {
        let first = set.runs(from..span).next().map(|run| run.start);
        assert_eq!(first, truth.range(from..).next().copied());
        assert_eq!(set.rank(from), truth.range(..from).count() as u64);
    }
}

#[test]
fn an_empty_set_has_nothing() {
    let (set, truth) = build(&[]);
    assert_agree(&set, &truth, 5000);
}

#[test]
fn runs_that_touch_become_one_entry() {
    let (set, truth) = build(&[3..10, 10..4000, 4000..100_000]);
    assert_eq!(set.entries.len(), 1);
    assert_agree(&set, &truth, 200_000);
}

#[test]
fn broken_up_windows_become_bitmaps_and_agree_with_the_truth() {
    for (on, off) in [(1, 1), (3, 2), (100, 28), (1, 300), (40, 33_000), (33_000, 7)] {
        let runs: vec::Vec<_> = (0..3000)
            .map(|n| n * (on + off) + 5)
            .map(|at| at..at + on)
            .take_while(|run| run.end < 400_000)
            .collect();
        let (set, truth) = build(&runs);
        assert_agree(&set, &truth, 500_000);
    }
}

#[test]
fn a_run_that_leaves_a_bitmap_goes_on_behind_it() {
    let mut runs: vec::Vec<_> = (0..200).map(|n| n * 2..n * 2 + 1).collect();
    runs.push(1000..70_000);
    runs.push(70_000..70_010);
    runs.extend((0..200).map(|n| 80_000 + n * 2..80_001 + n * 2));
    let (set, truth) = build(&runs);
    assert_agree(&set, &truth, 100_000);
    assert!(set.runs(500..75_000).eq(core::iter::once(1000..70_010)));
}

#[test]
fn a_fold_by_a_run_that_crosses_the_window_keeps_the_rest() {
    let mut runs: vec::Vec<_> = (0..63).map(|n| 10 + n * 2..11 + n * 2).collect();
    runs.push(32_000..40_000);
    let (set, truth) = build(&runs);
    assert_eq!(set.entries.len(), 2);
    assert_agree(&set, &truth, 50_000);
}

#[test]
fn the_far_end_of_the_number_line_holds() {
    let mut set = IndexSet::default();
    set.push(0..1).unwrap();
    set.push(1 << 62..u64::MAX).unwrap();
    assert_eq!(set.select(1), Some(1 << 62));
    assert_eq!(set.runs(5..u64::MAX).next(), Some(1 << 62..u64::MAX));
    assert_eq!(set.end(), u64::MAX);
}

#[test]
fn every_other_index_takes_about_a_bit() {
    let mut set = IndexSet::default();
    (0..500_000).for_each(|n| set.push(n * 2..n * 2 + 1).unwrap());
    let bitmaps = set.entries.len();
    let bytes = bitmaps * (WORDS * 8 + size_of::<Entry>());
    assert!(bytes * 8 < 1_050_000, "{bytes} bytes for a million indices");
    assert_eq!(size_of::<Entry>(), 32);
}
