//! The C header compiles, and says what is true.

use std::path::Path;
use std::process::Command;

use qcow2_stream_plugin_boundary::Code;

use crate::plugin::{Plugin, honest};

const HEADER: &str = include_str!("../../../plugin/include/qcow2_stream_plugin.h");

/// The number that a constant of the header has.
fn constant(name: &str) -> Option<u32> {
    let lines = HEADER.lines().filter_map(|line| line.strip_prefix("#define QCOW2_STREAM_"));
    let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    values.next()?.split_whitespace().next()?.parse().ok()
}

/// `SourceEnded` as `SOURCE_ENDED`.
fn in_c(code: Code) -> String {
    let name = format!("{code:?}");
    let words = name.char_indices().flat_map(|(at, letter)| {
        let gap = (at > 0 && letter.is_uppercase()).then_some('_');
        gap.into_iter().chain([letter.to_ascii_uppercase()])
    });
    words.collect()
}

#[test]
fn each_code_has_its_number() {
    for (number, code) in (1..).zip(Code::ALL) {
        assert_eq!(u32::from(code.number()), number);
        assert_eq!(constant(&in_c(code)), Some(number), "{code:?}");
    }
    assert_eq!(constant("NO_SUCH_CONSTANT"), None);
}

#[test]
fn the_version_is_that_of_the_module() {
    let version: u32 = Plugin::new(Vec::new(), honest()).call("abi_version", ()).expect("no trap");
    assert_eq!(constant("ABI_VERSION"), Some(version));
}

#[test]
fn a_c_compiler_has_nothing_to_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin/include");
    for standard in ["-std=c99", "-std=c11"] {
        let mut cc = Command::new("cc");
        cc.args(["-x", "c", standard, "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]);
        let output = cc.arg(path.join("qcow2_stream_plugin.h")).output();
        let output = output.expect("cc runs (Debian: gcc)");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{standard}: {said}");
    }
}
