//! A page without any tool: its browser loads the package's own files.

use std::fs;
use std::process::Command;

use super::project::{BODY, SCRIPT, project, tarball};
use super::tools::output;
use crate::page::converts_like_the_command;

/// The JavaScript and its types, as they are written.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../wasm/js");

/// What is generated, and what npm shows.
const OTHERS: [&str; 6] = [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "package.json",
    "qcow2_stream_wasm.js",
    "qcow2_stream_wasm_bg.wasm",
];

#[test]
fn the_tarball_has_what_is_needed_and_nothing_else() {
    let list = output(Command::new("tar").arg("-tf").arg(tarball()));
    let mut names: Vec<_> = list.lines().filter_map(|name| name.strip_prefix("package/")).collect();
    names.sort_unstable();
    let source = fs::read_dir(SOURCE).expect("the folder can be listed");
    let source = source.map(|entry| entry.expect("an entry").file_name().into_string());
    let mut expected: Vec<_> = source.map(|name| name.expect("a name in UTF-8")).collect();
    expected.extend(OTHERS.map(String::from));
    expected.sort_unstable();
    assert_eq!(names, expected);
}

/// The least that the readme asks for, in force.
const POLICY: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

#[test]
fn a_page_with_a_strict_policy_imports_the_package_from_node_modules() {
    let project = project();
    let policy = format!("<meta http-equiv=Content-Security-Policy content=\"{POLICY}\">");
    let page = format!("{BODY}{policy}<script type=module src=main.js></script>");
    fs::write(project.path().join("index.html"), page).expect("the page is written");
    let script = format!("import {{ scan }} from './node_modules/qcow2-stream/index.js';{SCRIPT}");
    fs::write(project.path().join("main.js"), script).expect("the script is written");
    converts_like_the_command("unbundled", project.path());
}
