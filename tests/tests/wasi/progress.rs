//! Progress, where there is neither a signal nor a TERM.

use std::process::Stdio;

use qcow2_stream_tests::command::{Terminal, finish, run, spawn};
use serde_json::Value;

use crate::{LARGE, place};

#[test]
fn lines_of_json_tell_of_both_phases() {
    let outcome = run(place(3 << 20).command(["--progress=json", "disk.raw"]));
    assert!(outcome.status.success(), "{}: {}", outcome.status, outcome.stderr);
    let parse = |line| serde_json::from_str::<Value>(line).expect("a line is an object");
    let lines: Vec<Value> = outcome.stderr.lines().map(parse).collect();
    for (phase, total) in [("scan", 3_145_728), ("emit", 3_473_408)] {
        let last = lines.iter().rfind(|line| line["phase"] == phase).expect("the phase is told of");
        assert_eq!((&last["bytes"], &last["total"]), (&total.into(), &total.into()));
    }
}

#[test]
fn a_terminal_shows_a_bar() {
    let (place, terminal) = (place(LARGE), Terminal::open());
    let mut command = place.command(["disk.raw"]);
    command.stdout(Stdio::null()).stderr(terminal.stdio());
    assert!(finish(spawn(command)).status.success());
    let seen = terminal.seen();
    for words in ["Reading", "Writing", "/ 16.00 MiB"] {
        assert!(seen.contains(words), "{words:?} is not in {seen:?}");
    }
}
