//! The Rust target of browsers.

use std::process::Command;

use anyhow::Result;

use crate::{command, workspace};

/// Its name.
pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

/// What to do where rustup can't bring it.
const NO_RUSTUP: &str = "wasm32-unknown-unknown is not there for this Rust; install Rust from https://rustup.rs, \
    or the package of your system that brings the target (Debian: libstd-rust-dev-wasm32)";

/// Adds it to the toolchain in use where it is not there yet.
pub(crate) fn ensure() -> Result<()> {
    if workspace::sysroot()?.join("lib/rustlib").join(TRIPLE).join("lib").is_dir() {
        return Ok(());
    }
    eprintln!("adding the target {TRIPLE} to the Rust toolchain, once");
    let mut rustup = Command::new("rustup");
    command::run(rustup.args(["target", "add", TRIPLE]).current_dir(workspace::root()), NO_RUSTUP)
}
