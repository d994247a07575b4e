//! Hosts that fail and lie: every answer ends in an error value, and no part of an image is called whole.

use qcow2_stream_plugin_boundary::Code;

use crate::host::{Answer, Call};
use crate::plugin::{Failure, Options, Plugin, honest};
use crate::vectors::disk;

/// What an honest host gets.
fn image() -> Vec<u8> {
    converted(honest()).expect("an honest host gets an image")
}

/// What a host with this script gets. A trap is a failure of the test.
fn converted(script: crate::host::Script) -> Result<Vec<u8>, Failure> {
    Plugin::new(disk(), script).convert(&Options::small()).expect("no trap")
}

/// How many calls an honest conversion makes.
fn calls() -> usize {
    let mut plugin = Plugin::new(disk(), honest());
    plugin.convert(&Options::small()).expect("no trap").expect("it can be converted");
    plugin.store.data().calls
}

/// Has one call after the other answer `answer` where `which` says so, and gives each outcome to `check`.
fn each_call(
    which: impl Fn(Call) -> bool + Copy + Send + 'static,
    answer: &Answer,
    check: impl Fn(Result<Vec<u8>, Failure>),
) -> usize {
    let mut hits = 0;
    for at in 0..calls() {
        let (told, seen) = (answer.clone(), std::sync::Arc::new(std::sync::Mutex::new(false)));
        let hit = seen.clone();
        let outcome = converted(Box::new(move |number, call| {
            if number != at || !which(call) {
                return Answer::Honest;
            }
            *hit.lock().expect("one thread") = true;
            told.clone()
        }));
        if *seen.lock().expect("one thread") {
            hits += 1;
            check(outcome);
        }
    }
    hits
}

#[track_caller]
fn assert_code(outcome: Result<Vec<u8>, Failure>, code: Code, words: &[&str]) {
    let failure = outcome.expect_err("it must not pass for a whole image");
    assert_eq!(failure.code, i64::from(code.number()), "{}", failure.text);
    for word in words {
        assert!(failure.text.contains(word), "{word} is missing: {}", failure.text);
    }
}

#[test]
fn any_call_that_fails_ends_the_conversion_with_the_side_that_is_to_blame() {
    let source = |call| matches!(call, Call::Size | Call::Read { .. } | Call::NextData { .. });
    for number in [-1, -2, i64::from(i32::MIN)] {
        let words = ["source: ", &format!("the host answered {number}")];
        let hits = each_call(source, &Answer::Number(number), |outcome| {
            assert_code(outcome, Code::Source, &words);
        });
        assert!(hits > 6, "only {hits} calls to the source");
        print!("plugin, answer {number}: {hits} calls to the source fail in turn");
        let words = ["sink: writing at offset ", &format!("the host answered {number}")];
        let hits = each_call(is_write, &Answer::Number(number), |outcome| {
            assert_code(outcome, Code::Sink, &words);
        });
        assert!(hits > 0, "no write");
        println!(", and {hits} writes");
    }
}

fn is_write(call: Call) -> bool {
    matches!(call, Call::Write { .. })
}

fn is_read(call: Call) -> bool {
    matches!(call, Call::Read { .. })
}

fn is_next_data(call: Call) -> bool {
    call == Call::NextData { offset: 0 }
}

#[test]
fn more_bytes_than_were_asked_for_are_refused() {
    for number in [i64::from(i32::MAX), (1 << 20) + 1] {
        let hits = each_call(is_read, &Answer::Number(number), |outcome| {
            assert_code(outcome, Code::SourceAnswer, &["source: ", &number.to_string(), "offset"]);
        });
        assert!(hits > 3);
        let hits = each_call(is_write, &Answer::Number(number), |outcome| {
            assert_code(outcome, Code::SinkAnswer, &["sink: took ", &number.to_string()]);
        });
        assert!(hits > 0);
    }
}

#[test]
fn an_end_before_the_end_is_an_error() {
    let hits = each_call(is_read, &Answer::Number(0), |outcome| {
        assert_code(outcome, Code::SourceEnded, &["source: ended at offset ", "30821 bytes"]);
    });
    assert!(hits > 3);
    let hits = each_call(is_write, &Answer::Number(0), |outcome| {
        assert_code(outcome, Code::SinkAnswer, &["sink: took 0 of "]);
    });
    assert!(hits > 0);
}

#[test]
fn short_reads_and_writes_make_the_same_image() {
    for most in [1, 7, 700] {
        let image_so = converted(Box::new(move |_, call| match call {
            Call::Read { length, offset } => {
                Answer::Number(i64::from(length).min(most).min(30_821 - offset as i64))
            }
            Call::Write { length } => Answer::Number(i64::from(length).min(most)),
            _ => Answer::Honest,
        }));
        assert!(image_so.expect("short is not wrong") == image(), "at most {most} bytes");
    }
}

#[test]
fn a_source_whose_size_changes_is_noticed_whenever_it_is_asked() {
    let hits = each_call(
        |call| call == Call::Size,
        &Answer::Number(30_822),
        |outcome| {
            match outcome {
                // The first answer was the lie: the source then ends early.
                Err(failure) if failure.code == i64::from(Code::SourceEnded.number()) => {
                    assert!(failure.text.contains("30822"), "{}", failure.text);
                }
                outcome => assert_code(outcome, Code::SourceChanged, &["30821", "30822"]),
            }
        },
    );
    assert_eq!(hits, 4, "asked for before and after each pass");
}

#[test]
fn ranges_that_make_no_sense_are_refused() {
    let nowhere = [(5000, 5000), (9000, 512), (u64::MAX, 0), (30_821, 40_000), (1 << 40, 1 << 41)];
    for (start, end) in nowhere {
        let words = ["next data at offset 0", &start.to_string(), &end.to_string()];
        let hits = each_call(is_next_data, &Answer::Range(start, end), |outcome| {
            assert_code(outcome, Code::SourceAnswer, &words);
        });
        assert_eq!(hits, 1);
    }
    for number in [3, 77, i64::from(i32::MAX)] {
        each_call(is_next_data, &Answer::Number(number), |outcome| {
            assert_code(outcome, Code::Source, &[&number.to_string()]);
        });
    }
}

#[test]
fn a_source_may_tell_its_holes() {
    let outcome = converted(Box::new(|_, call| match call {
        Call::NextData { offset } if offset < 1024 => Answer::Range(0, 1024),
        Call::NextData { offset } if offset < 33 * 512 => Answer::Range(9 * 512, 33 * 512),
        Call::NextData { offset } if offset < 61 * 512 => Answer::Range(60 * 512, u64::MAX),
        Call::NextData { .. } => Answer::Number(2),
        _ => Answer::Honest,
    }));
    assert!(outcome.expect("it can be converted") == image());
}

#[test]
fn the_host_may_cancel_at_any_call_of_progress() {
    for number in [1, -1, i64::from(i32::MIN)] {
        let hits = each_call(
            |call| call == Call::Progress,
            &Answer::Number(number),
            |outcome| {
                assert_code(outcome, Code::Cancelled, &["cancelled"]);
            },
        );
        assert!(hits > 4, "only {hits} calls");
    }
}

#[test]
fn a_call_from_within_an_import_is_refused_and_harms_nothing() {
    for export in ["alloc", "free", "length", "release"] {
        let mut plugin = Plugin::new(disk(), honest());
        plugin.store.data_mut().nested = Some((export, Vec::new()));
        let image_so = plugin.convert(&Options::small()).expect("no trap");
        assert!(image_so.expect("it can be converted") == image(), "{export}");
        let (_, answers) = plugin.store.data_mut().nested.take().expect("they were kept");
        let refused = if export == "alloc" { 0 } else { -i64::from(Code::Busy.number()) };
        assert!(answers.len() > 10 && answers.iter().all(|answer| *answer == refused), "{export}");
    }
}
