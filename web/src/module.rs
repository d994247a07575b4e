//! The WebAssembly module and the JavaScript that binds it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::files::{self, Files};
use crate::{command, wasm_opt, wasm_target, workspace};

/// The crate, and what the generated files are called after it.
const NAME: &str = "qcow2_stream_wasm";

/// The module's file.
pub(crate) const WASM: &str = "qcow2_stream_wasm_bg.wasm";

/// What would override the flags below.
const FLAGS_OF_THE_CALLER: [&str; 4] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
];

/// Builds the module and its JavaScript.
pub(crate) fn build(target_dir: &Path) -> Result<Files> {
    wasm_target::ensure()?;
    eprintln!("building the module");
    let module = compile(target_dir)?;
    let dir = tempfile::tempdir().context("the system's folder for temporary files")?;
    eprintln!("binding it to JavaScript");
    bind(&module, dir.path()).context("wasm-bindgen")?;
    wasm_opt::shrink(&dir.path().join(WASM), target_dir)?;
    files::read(dir.path())
}

fn compile(target_dir: &Path) -> Result<PathBuf> {
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--locked", "--profile", "web", "-p", "qcow2-stream-wasm"]);
    cargo.args(["--target", wasm_target::TRIPLE, "--message-format=json-render-diagnostics"]);
    cargo.arg("--target-dir").arg(target_dir).current_dir(workspace::root());
    set_flags(&mut cargo)?;
    let messages = command::output(&mut cargo, workspace::RUST)?;
    artefact(&String::from_utf8(messages)?).context("cargo built no module of qcow2-stream-wasm")
}

fn set_flags(cargo: &mut Command) -> Result<()> {
    for name in FLAGS_OF_THE_CALLER {
        cargo.env_remove(name);
    }
    // Every browser has SIMD; the zero test is made for it.
    let mut flags = vec!["-C".to_owned(), "target-feature=+simd128".to_owned()];
    flags.extend(remaps()?);
    // A JSON array of strings is a TOML one.
    let flags = serde_json::to_string(&flags)?;
    cargo.arg("--config").arg(format!("target.{}.rustflags={flags}", wasm_target::TRIPLE));
    Ok(())
}

/// Keeps the paths of this machine out of the module's messages, so that any machine builds the same bytes.
fn remaps() -> Result<Vec<String>> {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let mut dirs =
        vec![(workspace::root().to_owned(), "/qcow2-stream"), (workspace::sysroot()?, "/rust")];
    dirs.extend(cargo_home.map(|dir| (dir, "/cargo")));
    Ok(dirs
        .iter()
        .map(|(dir, name)| format!("--remap-path-prefix={}={name}", dir.display()))
        .collect())
}

/// The module's path, from the lines of JSON that cargo writes.
fn artefact(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ours =
        messages.filter(|m| m["reason"] == "compiler-artifact" && m["target"]["name"] == NAME);
    let paths = ours.filter_map(|m| m["filenames"].as_array().cloned()).flatten();
    paths
        .filter_map(|path| path.as_str().map(PathBuf::from))
        .rfind(|p| p.extension().is_some_and(|e| e == "wasm"))
}

fn bind(module: &Path, dir: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(NAME).web(true)?;
    // The package has its own declarations, of less than is generated.
    bindgen.typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_found_among_the_messages_of_cargo() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"other"},"filenames":["/t/other.wasm"]}
{"reason":"compiler-artifact","target":{"name":"qcow2_stream_wasm"},"filenames":["/t/a.rlib","/t/a.wasm"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(artefact(messages), Some(PathBuf::from("/t/a.wasm")));
        assert_eq!(artefact(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
