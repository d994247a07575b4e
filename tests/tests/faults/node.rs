//! The WASI module in Node, and every call that it makes to its host.

use std::fs;
use std::process::Command;

use qcow2_stream_tests::command::{FrontEnd, Workplace, module};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Call, Class, Sides};
use crate::fault::{Action, Fault};
use crate::judge::Ended;
use crate::judge::Image;
use crate::plan::faults;
use crate::tally::Tally;
use crate::way::{OUT, Output, Source, Stage, Way};

/// Runs the module.
const HOST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/node_host.mjs");

/// A call, as the host tells of it.
#[derive(Deserialize)]
struct Told {
    name: String,
    class: Class,
    input: bool,
    output: bool,
    divisible: bool,
}

/// The conversion in which nothing fails, as the host tells of it.
#[derive(Deserialize)]
struct Honest {
    code: i32,
    stderr: String,
    calls: Vec<Told>,
}

impl From<Told> for Call {
    fn from(told: Told) -> Self {
        let Told { name, class, input, output, divisible } = told;
        Self { name: name.leak(), class, sides: Sides { input, output }, divisible }
    }
}

/// Has every call of a way fail in every way.
#[track_caller]
fn each_fault(output: Output) {
    let way = Way { front_end: FrontEnd::Node, source: Source::Raw, output };
    let (stage, mut tally) = (Stage::new(way), Tally::new(way));
    let told = run(&stage, &[]);
    let honest: Honest = serde_json::from_str(&told).expect("a line of JSON");
    assert_eq!(honest.code, 0, "{}", honest.stderr);
    assert_eq!(stage.kept(fs::read(stage.folder().join(OUT)).ok()), Image::Whole);
    let calls: Vec<Call> = honest.calls.into_iter().map(Call::from).collect();
    let faults = faults(way, &calls);
    let told = run(&stage, &faults);
    let ends: Vec<Ended> =
        told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(ends.len(), faults.len(), "an answer for each");
    for (fault, ended) in faults.iter().zip(&ends) {
        tally.add(fault, ended);
    }
    tally.conclude(&calls);
}

/// What the host says when it is to run the module with these faults.
fn run(stage: &Stage, faults: &[Fault]) -> String {
    let (folder, elsewhere) = (stage.folder(), tempfile::tempdir().expect("a folder"));
    let path = |name| elsewhere.path().join(name);
    let faults: Vec<_> = faults.iter().map(as_json).collect();
    let is_stdout = !stage.way().has_name();
    let stdout = if is_stdout { folder.join(OUT) } else { path("stdout") };
    let output =
        json!({ "file": OUT, "stdout": stdout, "stderr": path("stderr"), "isStdout": is_stdout });
    let task = json!({ "args": stage.args(), "disk": Workplace::DISK, "output": output, "faults": faults });
    fs::write(path("task"), task.to_string()).expect("a file is written");
    let mut command = Command::new("node");
    command.arg("--no-warnings").arg(HOST).arg(module()).arg(path("task")).current_dir(folder);
    let told = qcow2_stream_tests::command::run(command);
    assert!(told.status.success() && told.stderr.is_empty(), "{}", told.stderr);
    String::from_utf8(told.stdout).expect("Node speaks UTF-8")
}

fn as_json(fault: &Fault) -> Value {
    let (call, classes) = (fault.call(), fault.classes());
    json!({
        "name": call.name, "input": call.sides.input, "nth": fault.nth, "lasting": fault.lasting, "classes": classes,
        "action": action(fault),
    })
}

/// What is to be done, as the host calls it.
fn action(fault: &Fault) -> &'static str {
    let errors = [
        ("EAGAIN", libc::EAGAIN),
        ("EINTR", libc::EINTR),
        ("EIO", libc::EIO),
        ("ENOSPC", libc::ENOSPC),
        ("EPIPE", libc::EPIPE),
    ];
    match fault.action() {
        Action::Return(0) => "nothing",
        Action::MoveLess => "less",
        Action::Return(result) => {
            let known = errors.iter().find(|(_, number)| i64::from(-number) == result);
            known.expect("an error that WASI has, too").0
        }
        Action::KillChildren => unreachable!("a module has none"),
    }
}

#[test]
fn any_call_of_the_module_in_node_on_the_way_to_redirected_output_may_fail() {
    each_fault(Output::Redirected);
}

#[test]
fn any_call_of_the_module_in_node_on_the_way_to_a_new_file_may_fail() {
    each_fault(Output::NewFile);
}
