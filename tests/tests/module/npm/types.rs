//! What TypeScript says of the package.

use std::fs;
use std::process::Command;

use super::project::project;
use super::tools::{output, tool};

const OPTIONS: [&str; 9] = [
    "--noEmit",
    "--strict",
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--lib",
    "es2022,dom,dom.iterable",
    "--exactOptionalPropertyTypes",
];

#[test]
fn typescript_accepts_a_program_that_uses_every_export() {
    let project = project();
    fs::write(project.path().join("use.ts"), include_str!("use.ts")).expect("it is written");
    let mut tsc = Command::new(tool("typescript", "tsc"));
    assert_eq!(output(tsc.args(OPTIONS).arg("use.ts").current_dir(project.path())), "");
}

#[test]
fn typescript_refuses_a_program_that_takes_an_option_for_another() {
    let project = project();
    let wrong =
        "import { scan } from 'qcow2-stream';\nscan(new Blob([]), { clusterSize: '64k' });\n";
    fs::write(project.path().join("use.ts"), wrong).expect("it is written");
    let mut tsc = Command::new(tool("typescript", "tsc"));
    let said = tsc.args(OPTIONS).arg("use.ts").current_dir(project.path()).output();
    let said = String::from_utf8(said.expect("tsc runs").stdout).expect("tsc speaks UTF-8");
    assert!(said.starts_with("use.ts(2,"), "{said}");
}
