//! Progress: a bar for people, lines for programs, silence for pipes.

use std::process::Stdio;

use qcow2_stream_tests::command::{Outcome, Terminal, Workplace, finish, run, spawn};
use qcow2_stream_tests::corpus::{Input, corpus};
use serde_json::Value;

use crate::{FRONT_END, LARGE, place};

#[test]
fn a_pipe_gets_no_progress() {
    let place = place(LARGE);
    for options in [&[][..], &["--progress"], &["--progress=auto"]] {
        run(place.command(options.iter().chain(&["disk.raw"]))).image();
    }
}

#[test]
fn quiet_silences_every_report() {
    let place = place(LARGE);
    for options in [["-q", "--progress=json"], ["--progress=json", "--quiet"]] {
        run(place.command(options.iter().chain(&["disk.raw"]))).image();
    }
    let terminal = Terminal::open();
    let outcome = on_terminal(&place, &terminal, &["-q", "disk.raw"]);
    assert!(outcome.status.success(), "{}", outcome.status);
    assert_eq!(terminal.seen(), "");
}

#[test]
fn both_phases_are_reported_from_beginning_to_end() {
    let place = place(LARGE);
    let image = run(place.command(["disk.raw"])).image().len() as u64;
    let lines = lines(&place, &["disk.raw"]);
    let (scan, emit) = phases(&lines);
    assert_eq!(scan.len() + emit.len(), lines.len(), "there is another phase");
    complete(&scan, LARGE);
    complete(&emit, image);
}

#[test]
fn every_disk_is_reported_from_beginning_to_end() {
    for (name, disk) in &corpus().inputs {
        if name.starts_with("dense-") {
            continue;
        }
        let place = Workplace::with_disk(FRONT_END, disk);
        let lines = lines(&place, &["-c", "2M", "disk.raw"]);
        let (scan, emit) = phases(&lines);
        complete(&scan, disk.size);
        let image = emit.last().and_then(|line| line["total"].as_u64());
        complete(&emit, image.unwrap_or_else(|| panic!("{name}: no line of the image")));
    }
}

#[test]
fn a_measurement_reports_only_the_reading() {
    let place = place(LARGE);
    let lines = lines(&place, &["--measure", "disk.raw"]);
    let (scan, emit) = phases(&lines);
    complete(&scan, LARGE);
    assert!(emit.is_empty(), "{emit:?}");
}

#[test]
fn a_disk_that_is_not_read_is_reported_as_written_only() {
    let place = place(LARGE);
    let image = run(place.command(["-R", "disk.raw"])).image().len() as u64;
    let lines = lines(&place, &["-R", "disk.raw"]);
    let (scan, emit) = phases(&lines);
    assert!(scan.is_empty(), "{scan:?}");
    complete(&emit, image);
}

#[test]
fn speed_and_time_left_are_numbers_once_they_are_known() {
    let place = place(LARGE);
    for line in lines(&place, &["disk.raw"]) {
        let mut keys: Vec<_> = line.as_object().expect("an object").keys().cloned().collect();
        keys.sort();
        assert_eq!(keys, ["bytes", "bytes-per-second", "phase", "seconds-left", "total"]);
        assert!(line["bytes-per-second"].is_u64(), "{line}");
        if line["bytes"] == 0 {
            assert!(line["seconds-left"].is_null(), "{line}");
        } else {
            assert!(line["seconds-left"].as_f64().is_some_and(|left| left >= 0.0), "{line}");
        }
    }
}

#[test]
fn a_terminal_shows_a_bar_for_each_phase() {
    let (place, terminal) = (place(LARGE), Terminal::open());
    assert!(on_terminal(&place, &terminal, &["disk.raw"]).status.success());
    let seen = terminal.seen();
    for words in ["Reading", "Writing", "/ 16.00 MiB"] {
        assert!(seen.contains(words), "{words:?} is not in {seen:?}");
    }
}

#[test]
fn a_bar_is_gone_at_the_end() {
    let (place, terminal) = (place(LARGE), Terminal::open());
    assert!(on_terminal(&place, &terminal, &["disk.raw"]).status.success());
    let seen = terminal.seen();
    let (_, last) = seen.rsplit_once("\x1b[2K").expect("a line is cleared");
    assert_eq!(visible(last), "", "something is left of {seen:?}");
}

#[test]
fn a_bar_takes_a_single_line() {
    let (place, terminal) = (place(LARGE), Terminal::open());
    assert!(on_terminal(&place, &terminal, &["disk.raw"]).status.success());
    let seen = terminal.seen();
    for drawn in seen.split(['\r', '\n']).filter(|part| part.contains("left")) {
        let columns = visible(drawn).chars().count();
        assert!(columns <= usize::from(Terminal::COLUMNS), "{columns} columns: {drawn:?}");
    }
}

#[test]
fn a_failure_s_message_stands_alone_on_a_terminal() {
    let terminal = Terminal::open();
    let place = Workplace::with_disk(FRONT_END, &Input::new(0, Vec::new()));
    let outcome = on_terminal(&place, &terminal, &["missing.raw"]);
    assert_eq!(outcome.status.code(), Some(4));
    let seen = terminal.seen();
    assert!(seen.starts_with("qcow2-to-stdout: cannot read missing.raw: "), "{seen:?}");
    assert_eq!(seen.matches('\n').count(), 1, "{seen:?}");
}

/// A text without the sequences that move the cursor.
fn visible(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.trim_start_matches(|c: char| !c.is_alphabetic()));
    let rest = rest.map(|part| part.get(1..).unwrap_or_default());
    (first + &rest.collect::<String>()).trim().to_owned()
}

fn lines(place: &Workplace, args: &[&str]) -> Vec<Value> {
    let outcome = run(place.command(["--progress=json"].iter().chain(args)));
    assert!(outcome.status.success(), "{}: {}", outcome.status, outcome.stderr);
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    outcome.stderr.lines().map(parse).collect()
}

/// The lines of the two phases, the first of which comes first.
fn phases(lines: &[Value]) -> (Vec<&Value>, Vec<&Value>) {
    assert!(lines.is_sorted_by_key(|line| line["phase"] == "emit"), "{lines:?}");
    let of = |phase| lines.iter().filter(|line| line["phase"] == phase).collect();
    (of("scan"), of("emit"))
}

/// A phase goes from nothing to everything and never back.
#[track_caller]
fn complete(lines: &[&Value], total: u64) {
    let bytes: Vec<_> = lines.iter().map(|line| line["bytes"].as_u64()).collect();
    assert_eq!(bytes.first(), Some(&Some(0)), "{lines:?}");
    assert_eq!(bytes.last(), Some(&Some(total)), "{lines:?}");
    assert!(bytes.is_sorted(), "{lines:?}");
    assert!(lines.iter().all(|line| line["total"] == total), "{lines:?}");
}

/// Runs a command whose standard error is a terminal.
fn on_terminal(place: &Workplace, terminal: &Terminal, args: &[&str]) -> Outcome {
    let mut command = place.command(args);
    command.env("TERM", "xterm").stdout(Stdio::piped()).stderr(terminal.stdio());
    finish(spawn(command))
}
