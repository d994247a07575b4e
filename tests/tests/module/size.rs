//! How much a page has to load.

use std::fs;

use qcow2_stream_tests::browser::Site;
use serde_json::Value;
use ureq::Agent;

const MODULE: &str = "qcow2_stream_wasm_bg.wasm";

#[test]
fn the_module_has_at_most_60_000_bytes() {
    let path = Site::build_and_serve().folder().join("qcow2-stream").join(MODULE);
    let bytes = fs::metadata(path).expect("the module is there").len();
    println!("{MODULE}: {bytes} bytes");
    assert!(bytes <= 60_000, "{bytes}");
}

#[test]
fn the_page_has_at_most_120_000_bytes_on_the_wire() {
    let site = Site::build_and_serve();
    let worker = fs::read_to_string(site.folder().join("sw.js")).expect("it is there");
    let list = worker.strip_prefix("self.SITE = ").expect("it begins with the list");
    let list = serde_json::Deserializer::from_str(list).into_iter::<Value>().next();
    let list = list.expect("a list").expect("JSON");
    let files = list["files"].as_object().expect("digests by address");
    let mut names: Vec<_> = files.keys().map(String::as_str).collect();
    assert!(names.contains(&"./") && names.iter().any(|name| name.ends_with(MODULE)), "{names:?}");
    names.push("sw.js");
    let bytes: usize = names.iter().map(|name| length(&format!("{}{name}", site.url()))).sum();
    println!("{} files: {bytes} bytes", names.len());
    assert!(bytes <= 120_000, "{bytes}");
}

/// How long the server's answer is, as it goes to a browser.
fn length(url: &str) -> usize {
    let agent: Agent = Agent::config_builder().proxy(None).build().into();
    let answer = agent.get(url).header("Accept-Encoding", "gzip").call();
    let mut answer = answer.unwrap_or_else(|error| panic!("{url}: {error}"));
    answer.body_mut().read_to_vec().expect("the answer is complete").len()
}
