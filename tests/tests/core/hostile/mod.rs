//! A source or a sink that fails, lies, or stops: the right error, and never a wrong image.

mod calls;
mod cancel;
mod copying;
mod lies;
mod shrinking;

use std::ops::ControlFlow;

use qcow2_stream::{Error, Layout, Progress, convert};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use qcow2_stream_tests::kit::stage::{Answer, Call, Failed, Sink, Source, Stage};
use qcow2_stream_tests::kit::{Cached, Memory, go_on, options};

const CLUSTER: u64 = 16 * 1024;
const SIZE: u64 = 24 * CLUSTER + 777;
/// Odd, so that calls begin at odd offsets.
const BUFFER: usize = 10_007;

/// A disk with long runs, stored zeros, holes, lone bytes at the edges of clusters, and data in
/// its last byte. Its clusters are large enough to be looked at in the cache first.
fn disk() -> Memory {
    let writes = vec![
        Write::new(0, 6 * CLUSTER + 100, Fill::Xorshift64(1)),
        Write::new(8 * CLUSTER, 2 * CLUSTER, Fill::Byte(0)),
        Write::new(11 * CLUSTER - 1, 1, Fill::Byte(1)),
        Write::new(13 * CLUSTER, 1, Fill::Byte(2)),
        Write::new(15 * CLUSTER, 7 * CLUSTER, Fill::Xorshift64(2)),
        Write::new(SIZE - 1, 1, Fill::Byte(3)),
    ];
    Memory::new(&Input::new(SIZE, writes))
}

/// What came of a conversion on a stage.
struct Outcome {
    result: Result<Layout, Error<Failed, Failed>>,
    image: Vec<u8>,
    calls: Vec<Call>,
}

/// Converts [`disk`] on a stage with this script.
fn run(script: impl FnMut(usize, &Call) -> Answer + 'static) -> Outcome {
    run_on(&Stage::new(script), go_on)
}

fn run_on(stage: &Stage, progress: impl FnMut(Progress) -> ControlFlow<()>) -> Outcome {
    let mut source = Source::new(Cached::new(disk()), stage);
    let mut sink = Sink::new(stage);
    let (options, mut buffer) = (options(CLUSTER, 16), vec![0; BUFFER]);
    let result = convert(&mut source, &mut sink, &options, &mut buffer, progress);
    Outcome { result, image: sink.bytes, calls: stage.calls() }
}

/// The conversion in which everything goes well.
fn honest() -> Outcome {
    let outcome = run(|_, _| Answer::Honest);
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    outcome
}

/// Converts with one call that does not answer honestly.
fn run_with(number: usize, answer: &Answer) -> Outcome {
    let answer = answer.clone();
    run(move |now, _| if now == number { answer.clone() } else { Answer::Honest })
}

impl Outcome {
    /// The conversion ended with this error in its call `number`, and what the sink has is the
    /// beginning of the right image.
    #[track_caller]
    fn assert_stopped(&self, right: &Self, number: usize, error: Error<Failed, Failed>) {
        let call = &right.calls[number];
        assert_eq!(self.result, Err(error), "call {number}: {call:?}");
        assert_eq!(self.calls.len(), number + 1, "calls after call {number}: {call:?}");
        assert!(right.image.starts_with(&self.image), "call {number}: {call:?}");
    }

    /// The image is the right one.
    #[track_caller]
    fn assert_same(&self, right: &Self) {
        assert!(self.result.is_ok(), "{:?}", self.result);
        assert!(self.image == right.image, "another image");
    }
}
