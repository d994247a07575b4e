//! A sink that copies from the source by itself.

use qcow2_stream::Error;
use qcow2_stream_tests::kit::stage::{Answer, Call};

use super::{Outcome, honest, run, run_with};

/// The numbers of the calls that ask the sink to copy.
fn copies(outcome: &Outcome) -> Vec<usize> {
    let calls = outcome.calls.iter().enumerate();
    calls.filter(|(_, call)| matches!(call, Call::Copy { .. })).map(|(number, _)| number).collect()
}

/// Converts with a sink that copies as many bytes as this gives for the number of the copy.
fn run_copying(count: impl Fn(usize) -> usize + 'static) -> Outcome {
    let mut copies = 0;
    run(move |_, call| match call {
        Call::Copy { .. } => {
            copies += 1;
            Answer::Count(count(copies - 1))
        }
        _ => Answer::Honest,
    })
}

#[test]
fn a_sink_that_copies_a_part_of_each_run_gets_the_same_image() {
    let right = honest();
    for part in [1, 512, 4095, 30_000, 64 * 1024] {
        let outcome = run_copying(move |_| part);
        outcome.assert_same(&right);
        assert!(copies(&outcome).len() >= 2);
    }
}

#[test]
fn a_sink_that_copies_whole_runs_gets_the_same_image() {
    let right = honest();
    let outcome = run(|_, call| match call {
        Call::Copy { range, .. } => Answer::Count((range.end - range.start) as usize),
        _ => Answer::Honest,
    });
    outcome.assert_same(&right);
    assert_eq!(copies(&outcome).len(), 2, "one for each run worth a call");
}

#[test]
fn a_sink_that_copies_now_and_then_gets_the_same_image() {
    let right = honest();
    for pattern in [[20_000, 0, 7], [0, 20_000, 1], [1, 1, 0], [64 * 1024, 3, 0]] {
        run_copying(move |copy| pattern[copy % 3]).assert_same(&right);
    }
}

#[test]
fn a_sink_that_says_it_copied_more_than_there_is_is_stuck() {
    let right = honest();
    for number in copies(&right) {
        let Call::Copy { ref range, offset } = right.calls[number] else { continue };
        let given = range.end - range.start;
        for taken in [given + 1, u64::MAX] {
            let outcome = run_with(number, &Answer::Count(taken as usize));
            assert_eq!(outcome.result, Err(Error::SinkStuck { offset, given, taken }));
            assert!(right.image.starts_with(&outcome.image));
        }
    }
}

#[test]
fn a_source_that_ends_while_it_is_copied_is_told_of_where_it_ended() {
    let right = honest();
    for number in copies(&right) {
        let Call::Copy { ref range, .. } = right.calls[number] else { continue };
        let (start, cut) = (range.start, range.start + 20_000);
        // The sink gets 20,000 bytes, then nothing more, and neither does a read.
        let outcome = run(move |now, call| match *call {
            Call::Copy { .. } if now == number => Answer::Count(20_000),
            Call::Read { offset, .. } if now > number && offset >= cut => Answer::Count(0),
            _ => Answer::Honest,
        });
        let Err(Error::SourceEnded { offset, .. }) = outcome.result else {
            panic!("the run at {start}: {:?}", outcome.result);
        };
        assert_eq!(offset, cut);
        assert!(right.image.starts_with(&outcome.image));
    }
}
