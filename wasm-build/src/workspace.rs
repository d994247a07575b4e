//! Where things are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command;

/// What to do without Rust.
pub const RUST: &str = "install Rust from https://rustup.rs";

/// The workspace. Cargo says where it is when it runs one of its packages. What was true when this was compiled comes
/// second: a clone that was moved, or another one with the same target folder, is no reason for cargo to compile anew.
static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let now = std::env::var_os("CARGO_MANIFEST_DIR");
    let now = now.and_then(|package| above(package.as_ref()));
    now.or_else(|| above(env!("CARGO_MANIFEST_DIR").as_ref())).unwrap_or_default()
});

/// The workspace that a package's folder lies in.
fn above(package: &Path) -> Option<PathBuf> {
    package.ancestors().find(|dir| dir.join("wasm-build/Cargo.toml").is_file()).map(Path::to_owned)
}

/// The folder of the workspace.
pub fn root() -> &'static Path {
    &ROOT
}

/// The cargo that runs this, or else the one on the path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Cargo's target folder. Asked for in the current folder, as the `cargo run` that runs this did.
///
/// # Errors
/// If cargo does not say.
pub fn target_dir() -> Result<PathBuf> {
    let mut cargo = cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]);
    let output = command::output(cargo.arg(root().join("Cargo.toml")), RUST)?;
    let metadata: Value = serde_json::from_slice(&output).context("cargo metadata")?;
    let dir = metadata["target_directory"]
        .as_str()
        .context("cargo metadata names no target_directory")?;
    Ok(PathBuf::from(dir))
}

/// Where Rust's own files are.
///
/// # Errors
/// If rustc does not say.
pub fn sysroot() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let mut rustc = Command::new(rustc);
    let output = command::output(rustc.args(["--print", "sysroot"]).current_dir(root()), RUST)?;
    let path = String::from_utf8(output).context("rustc --print sysroot")?;
    Ok(PathBuf::from(path.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_the_folder_of_the_packages() {
        assert!(root().join("web/Cargo.toml").is_file());
        assert!(root().join("core/Cargo.toml").is_file());
    }
}
