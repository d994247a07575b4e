//! A source whose word on its holes makes no sense.

use std::ops::Range;

use qcow2_stream_tests::kit::stage::{Answer, Call};

use super::{SIZE, honest, run, run_with};

/// Answers without sense or with little of it, none of which says that there are zeros where there
/// is data.
const LIES: [fn(u64) -> Range<u64>; 11] = [
    |_| Range { start: u64::MAX, end: 0 },
    |_| SIZE..SIZE,
    |_| 0..0,
    |_| 0..1,
    |offset| 0..offset,
    |offset| 0..offset + 1000,
    |offset| offset..offset,
    |offset| offset..0,
    |offset| offset..u64::MAX,
    |_| Range { start: SIZE - 1, end: 0 },
    |offset| offset + (SIZE - offset) / 2..offset,
];

#[test]
fn a_senseless_answer_to_any_call_loses_no_data() {
    let right = honest();
    for (number, call) in right.calls.iter().enumerate() {
        let Call::NextData { offset } = *call else { continue };
        for lie in LIES {
            let answer = Answer::Data(Some(lie(offset)));
            run_with(number, &answer).assert_same(&right);
        }
    }
}

#[test]
fn nothing_but_senseless_answers_lose_no_data_and_come_to_an_end() {
    let right = honest();
    for lie in LIES {
        let outcome = run(move |_, call| match *call {
            Call::NextData { offset } => Answer::Data(Some(lie(offset))),
            _ => Answer::Honest,
        });
        outcome.assert_same(&right);
    }
}

#[test]
fn answers_of_a_byte_at_a_time_come_to_an_end() {
    let right = honest();
    let outcome = run(move |_, call| match *call {
        Call::NextData { offset } => Answer::Data(Some(offset..offset + 1)),
        _ => Answer::Honest,
    });
    outcome.assert_same(&right);
}

#[test]
fn data_past_the_end_are_none() {
    for past in [Some(SIZE..SIZE + 1), Some(SIZE + 9..u64::MAX), Some(u64::MAX - 1..u64::MAX), None]
    {
        let outcome = run(move |_, call| match *call {
            Call::NextData { .. } => Answer::Data(past.clone()),
            _ => Answer::Honest,
        });
        let layout = outcome.result.expect("all zeros is a good answer");
        assert_eq!(layout.allocation().allocated(), 0);
        assert_eq!(outcome.image.len() as u64, layout.image_size());
    }
}
