//! Builds the plugin: the core module without and with SIMD, and the component.
//!
//! `cargo run -p plugin-build [FOLDER]` leaves them in a folder (default: `plugin` in cargo's target folder), and says how
//! large they are.
#![forbid(unsafe_code)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use wasm_build::{Module, workspace};
use wit_component::ComponentEncoder;

/// What is built and how it is called.
const ARTEFACTS: [(&str, Module); 4] = [
    ("qcow2_stream_plugin.wasm", module(&BASELINE)),
    ("qcow2_stream_plugin_simd128.wasm", module(&SIMD128)),
    ("qcow2_stream_plugin.component.wasm", component(&BASELINE)),
    ("qcow2_stream_plugin_simd128.component.wasm", component(&SIMD128)),
];

/// The stack takes an eighth of what Rust's modules have otherwise; a full one is a trap.
const BASELINE: [&str; 2] = ["-C", "link-arg=-zstack-size=131072"];
const SIMD128: [&str; 4] = [BASELINE[0], BASELINE[1], "-C", "target-feature=+simd128"];

const fn module(flags: &'static [&'static str]) -> Module {
    let library = "qcow2_stream_plugin";
    Module { package: "qcow2-stream-plugin", library, profile: "plugin-module", flags }
}

const fn component(flags: &'static [&'static str]) -> Module {
    let library = "qcow2_stream_plugin_component";
    Module { package: "qcow2-stream-plugin-component", library, profile: "plugin-module", flags }
}

fn main() -> ExitCode {
    match build(std::env::args_os().nth(1).map(PathBuf::from)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn build(folder: Option<PathBuf>) -> Result<()> {
    let target_dir = workspace::target_dir()?;
    let folder = folder.unwrap_or_else(|| target_dir.join("plugin"));
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    // Variants of a module have the same path in cargo's folder: another build must not be in between.
    let lock = File::create(target_dir.join("plugin-build.lock")).context("the lock")?;
    lock.lock().context("the lock")?;
    for (name, module) in ARTEFACTS {
        let compiled = module.compile(&target_dir)?;
        let bytes = fs::read(&compiled).with_context(|| compiled.display().to_string())?;
        let bytes = if name.contains(".component.") { encode(&bytes)? } else { bytes };
        leave(&folder.join(name), &bytes)?;
    }
    Ok(())
}

/// A component of a module that says in a section of its own what its interface is.
fn encode(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default().validate(true).module(module)?.encode().context("the component")
}

fn leave(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| path.display().to_string())?;
    println!("{:>7} {}", bytes.len(), path.display());
    Ok(())
}
