//! The progress callback stops the conversion wherever it is asked.

use std::cell::Cell;
use std::ops::ControlFlow;

use qcow2_stream::Error;
use qcow2_stream_tests::kit::stage::{Answer, Stage};

use super::{honest, run_on};

/// How often the callback is called when everything goes well.
fn progress_calls() -> usize {
    let count = Cell::new(0);
    let outcome = run_on(&Stage::new(|_, _| Answer::Honest), |_| {
        count.set(count.get() + 1);
        ControlFlow::Continue(())
    });
    assert!(outcome.result.is_ok());
    count.get()
}

#[test]
fn no_call_is_made_after_the_conversion_was_cancelled() {
    let right = honest();
    let count = progress_calls();
    assert!(count > 50, "only {count} calls of the callback");
    for stop in 0..count {
        let stage = Stage::new(|_, _| Answer::Honest);
        let (mut seen, mut calls_then) = (0, None);
        let outcome = run_on(&stage, |_| {
            seen += 1;
            if seen <= stop {
                return ControlFlow::Continue(());
            }
            calls_then = calls_then.or(Some(stage.count()));
            ControlFlow::Break(())
        });
        assert_eq!(outcome.result, Err(Error::Cancelled), "event {stop}");
        assert_eq!(seen, stop + 1, "the callback was asked again");
        assert_eq!(calls_then, Some(outcome.calls.len()), "event {stop}");
        assert!(right.image.starts_with(&outcome.image), "event {stop}");
    }
}
