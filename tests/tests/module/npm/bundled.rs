//! A page built by Vite, which must see the worker and the module.

use std::fs;
use std::process::Command;

use super::project::{BODY, SCRIPT, project};
use super::tools::{output, tool};
use crate::page::converts_like_the_command;

#[test]
fn a_page_bundled_by_vite_converts() {
    let project = project();
    let page = format!("{BODY}<script type=module src=./main.js></script>");
    fs::write(project.path().join("index.html"), page).expect("the page is written");
    let script = format!("import {{ scan }} from 'qcow2-stream';{SCRIPT}");
    fs::write(project.path().join("main.js"), script).expect("the script is written");
    let mut vite = Command::new(tool("vite", "vite"));
    // For a page that is not at the root of its host.
    let said = output(vite.args(["build", "--base=./"]).current_dir(project.path()));
    assert!(said.contains(".wasm"), "the module is not among the assets: {said}");
    converts_like_the_command("bundled", &project.path().join("dist"));
}
