//! Nothing is fetched from anywhere but the registries, and there only what is pinned.

use std::fs;
use std::process::Command;

use crate::tree::{files, path, read};

/// What runs when the project is built, and what installs what that takes. The sources of the tests are no part of it.
fn build_files() -> Vec<String> {
    let folders = [".cargo", ".ci", "web/src", "wasm-build/src", "plugin/build/src"];
    let mut found: Vec<_> = folders.iter().flat_map(|folder| files(folder, |_| true)).collect();
    found.extend(files("", |name| name == "Cargo.toml" || name == "package.json"));
    found.extend(files("", is_script).into_iter().filter(|name| is_run(name)));
    found
}

/// Whether a file says what runs it. There are others without an extension, and they need not be text.
fn is_run(name: &str) -> bool {
    fs::read(path(name)).is_ok_and(|bytes| bytes.starts_with(b"#!"))
}

/// A script of the shell has no extension here.
fn is_script(name: &str) -> bool {
    !name.contains('.') || name.ends_with(".sh")
}

/// What is to be installed by hand is named in messages, the page's own address by the server, and the database of advisories
/// by the script that looks into it.
const NAMED: [&str; 4] = [
    "https://rustup.rs",
    "http://localhost",
    "http://{address}",
    "https://github.com/RustSec/advisory-db",
];

/// Programs and crates that fetch from anywhere.
const FETCHERS: [&str; 9] = [
    "curl",
    "wget",
    "git clone",
    "git fetch",
    "ureq",
    "reqwest",
    "hyper",
    "TcpStream",
    "UdpSocket",
];

#[test]
fn no_script_and_no_builder_names_another_host_or_a_program_that_fetches() {
    let files = build_files();
    for wanted in ["tests/run", "tests/tool", "wasi-cli/wasmtime", "web/src/wasm_opt.rs"] {
        assert!(files.iter().any(|name| name == wanted), "{wanted} is not among {files:?}");
    }
    for name in files {
        let mut text = read(&name);
        for named in NAMED {
            text = text.replace(named, "");
        }
        assert!(!text.contains("://"), "{name} has the address of a host");
        // The tests speak HTTP with their browsers, so that the workspace has a crate for it; a builder would name it.
        if name.ends_with("Cargo.toml") {
            continue;
        }
        let fetcher = FETCHERS.iter().find(|fetcher| text.contains(**fetcher));
        assert_eq!(fetcher, None, "{name}");
    }
}

#[test]
fn what_is_installed_is_pinned_where_it_is_asked_for() {
    let pinned = |line: &&str| {
        let cargo = line.contains("cargo install") && !line.contains('@');
        let npm = line.contains("npm install") || line.contains("\"install\"");
        let npx = line.contains("npx ") || line.contains("pip3 install");
        cargo || npm || npx
    };
    for name in build_files() {
        assert_eq!(read(&name).lines().find(pinned), None, "{name}");
    }
}

/// What a build script or a macro of any crate would fetch, it would not get.
#[test]
fn the_command_is_compiled_without_a_network() {
    let target = tempfile::tempdir().expect("a folder");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new("unshare");
    // Root needs no other user for it, and may be in a container where there is none.
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.arg("--net").arg(cargo).args(["check", "--quiet", "--locked", "--offline"]);
    command.args(["-p", "qcow2-to-stdout", "--target-dir"]).arg(target.path());
    let output = command.current_dir(path("")).output();
    let output = output.expect("unshare is missing: apt-get install util-linux");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read_dir(target.path()).expect("the folder can be listed").count() > 0);
}
