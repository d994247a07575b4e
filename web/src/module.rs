//! The WebAssembly module and the JavaScript that binds it.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;
use wasm_build::Module;

use crate::files::{self, Files};
use crate::wasm_opt;

/// The crate, and what the generated files are called after it.
const NAME: &str = "qcow2_stream_wasm";

/// The module's file.
pub(crate) const WASM: &str = "qcow2_stream_wasm_bg.wasm";

/// The package. Every browser has SIMD; the zero test is made for it.
const MODULE: Module = Module {
    package: "qcow2-stream-wasm",
    library: NAME,
    profile: "web",
    flags: &["-C", "target-feature=+simd128"],
};

/// Builds the module and its JavaScript.
pub(crate) fn build(target_dir: &Path) -> Result<Files> {
    eprintln!("building the module");
    let module = MODULE.compile(target_dir)?;
    let dir = tempfile::tempdir().context("the system's folder for temporary files")?;
    eprintln!("binding it to JavaScript");
    bind(&module, dir.path()).context("wasm-bindgen")?;
    wasm_opt::shrink(&dir.path().join(WASM), target_dir)?;
    files::read(dir.path())
}

fn bind(module: &Path, dir: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(NAME).web(true)?;
    // The package has its own declarations, of less than is generated.
    bindgen.typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(dir)
}
