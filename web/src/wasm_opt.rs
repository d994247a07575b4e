//! Binaryen's wasm-opt, which makes the module smaller.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use wasm_build::command;

use crate::{cache, digest, files};

/// The version that this project is tested with, and what its package must hold.
const PACKAGE: &str = include_str!("../binaryen/package.json");
const LOCK: &str = include_str!("../binaryen/package-lock.json");

/// What to do without Node.js.
const NODE: &str = "install Node.js 20 or later, with npm (Debian: nodejs and npm)";

/// The features are those that Rust's modules use, and SIMD, which is ours.
const OPTIONS: [&str; 11] = [
    "-Oz",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Replaces `module` by a smaller one that does the same. Since that takes seconds, the results are kept in `target_dir`.
pub(crate) fn shrink(module: &Path, target_dir: &Path) -> Result<()> {
    let kept =
        target_dir.join("wasm-opt").join(format!("{}.wasm", key(&files::read_file(module)?)));
    if !kept.is_file() {
        run(module, &kept)?;
    }
    std::fs::copy(&kept, module).with_context(|| kept.display().to_string()).map(drop)
}

fn key(module: &[u8]) -> String {
    let texts = [LOCK].into_iter().chain(OPTIONS);
    digest::of(texts.map(str::as_bytes).chain([module]))
}

fn run(module: &Path, kept: &Path) -> Result<()> {
    let lock = digest::of([LOCK.as_bytes()]);
    let binaryen = cache::tool(&format!("binaryen-{}", &lock[..12]), install)?;
    eprintln!("shrinking it");
    let mut node = Command::new("node");
    node.arg(binaryen.join("node_modules/binaryen/bin/wasm-opt")).args(OPTIONS);
    command::run(node.arg(module).arg("-o").arg(module), NODE).context("wasm-opt")?;
    keep(module, kept).with_context(|| kept.display().to_string())
}

/// Renamed when complete, so that a part is never taken for the module.
fn keep(module: &Path, kept: &Path) -> Result<()> {
    let folder = kept.parent().context("no folder")?;
    std::fs::create_dir_all(folder)?;
    let mut partial = tempfile::NamedTempFile::new_in(folder)?;
    std::io::copy(&mut std::fs::File::open(module)?, &mut partial)?;
    partial.persist(kept)?;
    Ok(())
}

/// Installs the npm package, which is JavaScript and runs everywhere.
fn install(dir: &Path) -> Result<()> {
    for (name, contents) in [("package.json", PACKAGE), ("package-lock.json", LOCK)] {
        std::fs::write(dir.join(name), contents).with_context(|| dir.display().to_string())?;
    }
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(dir);
    command::run(&mut npm, NODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_that_was_kept_is_used_for_the_same_module_only() {
        let dir = tempfile::tempdir().unwrap();
        let module = dir.path().join("a.wasm");
        std::fs::write(&module, "large").unwrap();
        std::fs::create_dir(dir.path().join("wasm-opt")).unwrap();
        std::fs::write(dir.path().join(format!("wasm-opt/{}.wasm", key(b"large"))), "small")
            .unwrap();
        shrink(&module, dir.path()).unwrap();
        assert_eq!(std::fs::read(&module).unwrap(), b"small");
        assert_ne!(key(b"large"), key(b"larger"));
    }
}
