//! Where `unsafe` is. Clippy sees to the proof beside each block; here one that is new shows.

use std::collections::BTreeMap;
use std::path::Path;

use crate::crates::packages;
use crate::tree::{files, read};

/// The files with `unsafe`, how often, and what for.
const KNOWN: [(&str, usize, &str); 10] = [
    ("plugin/module/src/exports.rs", 11, "names that a host knows the functions by"),
    (
        "plugin/module/src/imports.rs",
        4,
        "calls to the host, which is trusted with no more than lengths",
    ),
    ("plugin/module/src/state.rs", 1, "a static of a module without threads"),
    ("tests/src/kit/heap.rs", 9, "counts what the tests allocate"),
    (
        "wasi-cli/src/system/native/daemon/descriptors.rs",
        2,
        "closes what the daemon must not inherit",
    ),
    ("wasi-cli/src/system/native/loop_device.rs", 1, "asks what a loop device is over"),
    ("wasi-cli/src/system/native/signals.rs", 2, "asks whether one is ignored; ends by one"),
    ("wasi-cli/src/system/native/stream.rs", 3, "what closing says; a closed standard output"),
    ("wasi-cli/src/system/native/writers.rs", 1, "asks for a lease"),
    // Its code is generated: the file allows it, and has none of its own.
    ("plugin/component/src/bindings.rs", 0, "what wit-bindgen makes"),
];

#[test]
fn unsafe_is_where_it_is_known_to_be_and_nowhere_else() {
    let sources = files("", |name| name.ends_with(".rs"));
    assert!(sources.len() > 200, "{}", sources.len());
    let found: BTreeMap<_, _> = sources
        .into_iter()
        .map(|name| (count(&read(&name)), name))
        .filter(|((uses, allowed), _)| *uses > 0 || *allowed)
        .map(|((uses, _), name)| (name, uses))
        .collect();
    let known = KNOWN.iter().map(|(name, uses, _)| ((*name).to_owned(), *uses)).collect();
    assert_eq!(found, known, "a new one needs its proof, and its entry here");
}

/// How often the word stands in the code, and whether the file allows it anywhere.
fn count(source: &str) -> (usize, bool) {
    let code: String = source.lines().flat_map(code).collect();
    let uses = ["unsafe {", "unsafe impl", "unsafe fn", "unsafe extern", "unsafe trait", "unsafe("];
    let allows = ["allow(unsafe_code", "expect(unsafe_code"];
    let count = |words: &[&str]| words.iter().map(|word| code.matches(word).count()).sum::<usize>();
    (count(&uses), count(&allows) > 0)
}

/// A line without comments and texts.
fn code(line: &str) -> impl Iterator<Item = &str> {
    line.split("//").next().unwrap_or_default().split('"').step_by(2)
}

/// The fuzz targets are functions that a macro of libfuzzer's exports; they have no `unsafe` of their own.
const BY_MACRO: &str = "qcow2-stream-fuzz";

#[test]
fn every_other_package_forbids_it_in_each_of_its_crates() {
    let with: Vec<_> = KNOWN.iter().map(|(name, ..)| name.split("/src/").next()).collect();
    let mut forbidding = 0;
    for package in packages().into_iter().filter(|package| package.name != BY_MACRO) {
        for root in package.targets.iter().map(|target| Path::new(&target.src_path)) {
            let here = |folder: &Option<&str>| {
                folder.is_some_and(|folder| {
                    root.starts_with(crate::tree::path(folder).canonicalize().expect("a folder"))
                })
            };
            if with.iter().any(here) {
                continue;
            }
            let source = std::fs::read_to_string(root).expect("a crate has a root");
            let forbids = source.lines().any(|line| line == "#![forbid(unsafe_code)]");
            assert!(forbids, "{} of {} may have unsafe code", root.display(), package.name);
            forbidding += 1;
        }
    }
    assert!(forbidding > 10, "{forbidding}");
}
