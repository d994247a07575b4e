//! Every single call fails, ends, or miscounts in turn.

use qcow2_stream::{Error, HostOffset, convert, emit_range, scan};
use qcow2_stream_tests::kit::stage::{Answer, Call, Failed};
use qcow2_stream_tests::kit::{go_on, options};

use super::{SIZE, disk, honest, run_with};

/// The numbers and calls of the honest conversion that are chosen.
fn each<'a>(
    calls: &'a [Call],
    chosen: impl Fn(&Call) -> bool + 'a,
) -> impl Iterator<Item = (usize, &'a Call)> {
    calls.iter().enumerate().filter(move |(_, call)| chosen(call))
}

#[test]
fn the_conversion_under_test_makes_every_kind_of_call_often() {
    let calls = honest().calls;
    let count = |chosen: fn(&Call) -> bool| each(&calls, chosen).count();
    assert_eq!(count(|call| *call == Call::Size), 1);
    assert!(count(|call| matches!(call, Call::Read { .. })) > 30);
    assert!(count(|call| matches!(call, Call::Cached { .. })) > 5);
    assert!(count(|call| matches!(call, Call::NextData { .. })) > 5);
    // The sink declines once, for all that follows.
    assert_eq!(count(|call| matches!(call, Call::Copy { .. })), 1);
    assert!(count(|call| matches!(call, Call::Write { .. })) > 30);
}

#[test]
fn a_failure_of_any_call_is_told_of_the_right_side_and_place() {
    let right = honest();
    let of = |chosen: fn(&Call) -> bool| each(&right.calls, chosen).count();
    let (reads, writes) = (
        of(|call| matches!(call, Call::Read { .. })),
        of(|call| matches!(call, Call::Write { .. })),
    );
    println!(
        "core: {} calls fail in turn; {reads} of them end early and miscount, {writes} are stuck and miscount",
        right.calls.len()
    );
    for (number, call) in each(&right.calls, |_| true) {
        let error = Failed(number);
        let expected = match *call {
            Call::Size => Error::Source { offset: 0, error },
            Call::Read { offset, .. } | Call::Cached { offset, .. } | Call::NextData { offset } => {
                Error::Source { offset, error }
            }
            Call::Copy { ref range, .. } => Error::Source { offset: range.start, error },
            Call::Write { offset, .. } => Error::Sink { offset, error },
        };
        run_with(number, &Answer::Failure).assert_stopped(&right, number, expected);
    }
}

#[test]
fn a_read_that_gives_nothing_is_the_end_of_the_source() {
    let right = honest();
    for (number, call) in each(&right.calls, |call| matches!(call, Call::Read { .. })) {
        let Call::Read { offset, .. } = *call else { continue };
        let expected = Error::SourceEnded { offset, size: SIZE };
        run_with(number, &Answer::Count(0)).assert_stopped(&right, number, expected);
    }
}

#[test]
fn a_read_of_more_than_the_buffer_holds_is_refused() {
    let right = honest();
    for (number, call) in each(&right.calls, |call| matches!(call, Call::Read { .. })) {
        let Call::Read { offset, length } = *call else { continue };
        for read in [length + 1, usize::MAX] {
            let expected = Error::SourceCount { offset, given: length as u64, read: read as u64 };
            run_with(number, &Answer::Count(read)).assert_stopped(&right, number, expected);
        }
    }
}

#[test]
fn a_cached_read_of_nothing_or_of_too_much_changes_nothing() {
    let right = honest();
    for (number, call) in each(&right.calls, |call| matches!(call, Call::Cached { .. })) {
        let Call::Cached { length, .. } = *call else { continue };
        for read in [0, 1, length, length + 1, usize::MAX] {
            run_with(number, &Answer::Count(read)).assert_same(&right);
        }
    }
}

#[test]
fn a_sink_that_takes_nothing_or_too_much_is_stuck() {
    let right = honest();
    for (number, call) in each(&right.calls, |call| matches!(call, Call::Write { .. })) {
        let Call::Write { offset, length } = *call else { continue };
        for taken in [0, length + 1, usize::MAX] {
            let expected = Error::SinkStuck { offset, given: length as u64, taken: taken as u64 };
            run_with(number, &Answer::Count(taken)).assert_stopped(&right, number, expected);
        }
    }
}

#[test]
fn an_empty_buffer_is_refused_before_any_call() {
    let (mut disk, mut image) = (disk(), Vec::new());
    let options = options(4096, 16);
    let refused = scan(&mut disk, &options, &mut [], go_on);
    assert_eq!(refused.map(|_| ()), Err(Error::NoBuffer));
    let refused = convert(&mut disk, &mut image, &options, &mut [], go_on);
    assert_eq!(refused.map(|_| ()), Err(Error::NoBuffer));
    let layout = scan(&mut disk, &options, &mut [0; 100], go_on).expect("a good source");
    let nothing = HostOffset::new(0)..HostOffset::new(0);
    let refused = emit_range(&layout, nothing, &mut disk, &mut image, &mut [], go_on);
    assert_eq!(refused, Err(Error::NoBuffer));
    assert!(image.is_empty());
}
