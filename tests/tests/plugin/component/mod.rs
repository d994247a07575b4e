//! The component as jco makes JavaScript of it, under hosts that do what no component may expect.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use qcow2_stream_tests::command::run;

use crate::guides::transpiled;

/// A script of this folder, for Node.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plugin/component").join(name)
}

/// How many hosts there are: `tests/run --fuzz` asks for more.
fn count() -> u64 {
    let count = std::env::var("QCOW2_STREAM_HOSTS");
    count.map_or(400, |count| count.parse().expect("QCOW2_STREAM_HOSTS is a number"))
}

/// Plays so many hosts from a seed on: how often what happened.
fn play(first: u64, count: u64) -> BTreeMap<String, u64> {
    let mut node = Command::new("node");
    node.arg(script("hostile.mjs")).arg(transpiled());
    node.args([first.to_string(), count.to_string()]);
    serde_json::from_slice(&run(node).image()).expect("it is JSON")
}

#[test]
fn no_host_in_javascript_gets_a_wrong_image_whatever_it_disposes_of_calls_or_throws() {
    /// For each of Node's processes, which has a deadline.
    const BATCH: u64 = 200;
    let mut tally = BTreeMap::new();
    for first in (0..count()).step_by(BATCH as usize) {
        for (what, times) in play(first, BATCH) {
            *tally.entry(what).or_insert(0) += times;
        }
    }
    println!("{} hosts: {tally:?}", count());
    let often = ["the image", "dispose", "make", "run", "read", "make of the same source"];
    for what in often.into_iter().chain(["error: source", "an exception of the host"]) {
        assert!(tally.get(what) > Some(&(count() / 100)), "{what}: {tally:?}");
    }
}
