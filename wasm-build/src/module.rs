//! A package of this workspace as a module.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{command, wasm_target, workspace};

/// What would override the flags below.
const FLAGS_OF_THE_CALLER: [&str; 4] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
];

/// What is to be compiled.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// The package.
    pub package: &'static str,
    /// The name of its library.
    pub library: &'static str,
    /// The profile of the workspace.
    pub profile: &'static str,
    /// Flags for the compiler.
    pub flags: &'static [&'static str],
}

impl Module {
    /// Compiles it, and says where the file is.
    ///
    /// # Errors
    /// If Rust or its target are missing and cannot be had, or the package does not compile.
    pub fn compile(&self, target_dir: &Path) -> Result<PathBuf> {
        wasm_target::ensure()?;
        let mut cargo = workspace::cargo();
        cargo.args(["build", "--locked", "--profile", self.profile, "-p", self.package]);
        cargo.args(["--target", wasm_target::TRIPLE, "--message-format=json-render-diagnostics"]);
        cargo.arg("--target-dir").arg(target_dir).current_dir(workspace::root());
        self.set_flags(&mut cargo, target_dir)?;
        let messages = command::output(&mut cargo, workspace::RUST)?;
        artefact(&String::from_utf8(messages)?, self.library)
            .with_context(|| format!("cargo built no module of {}", self.package))
    }

    fn set_flags(&self, cargo: &mut Command, target_dir: &Path) -> Result<()> {
        for name in FLAGS_OF_THE_CALLER {
            cargo.env_remove(name);
        }
        let mut flags: Vec<_> = self.flags.iter().map(|flag| (*flag).to_owned()).collect();
        flags.extend(remaps(target_dir)?);
        // A JSON array of strings is a TOML one.
        let flags = serde_json::to_string(&flags)?;
        cargo.arg("--config").arg(format!("target.{}.rustflags={flags}", wasm_target::TRIPLE));
        Ok(())
    }
}

/// Keeps the paths of this machine out of the module's messages, so that any machine builds the same bytes.
fn remaps(target_dir: &Path) -> Result<Vec<String>> {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let mut dirs =
        vec![(workspace::root().to_owned(), "/qcow2-stream"), (workspace::sysroot()?, "/rust")];
    dirs.extend(cargo_home.map(|dir| (dir, "/cargo")));
    // Last, since it may lie within another one, and the last that fits is taken.
    dirs.push((target_dir.to_owned(), "/target"));
    Ok(dirs
        .iter()
        .map(|(dir, name)| format!("--remap-path-prefix={}={name}", dir.display()))
        .collect())
}

/// The module's path, from the lines of JSON that cargo writes.
fn artefact(messages: &str, library: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ours =
        messages.filter(|m| m["reason"] == "compiler-artifact" && m["target"]["name"] == library);
    let paths = ours.filter_map(|m| m["filenames"].as_array().cloned()).flatten();
    paths
        .filter_map(|path| path.as_str().map(PathBuf::from))
        .rfind(|p| p.extension().is_some_and(|e| e == "wasm"))
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
        assert_eq!(artefact(messages, "qcow2_stream_wasm"), Some(PathBuf::from("/t/a.wasm")));
        assert_eq!(
            artefact(r#"{"reason":"build-finished","success":true}"#, "qcow2_stream_wasm"),
            None
        );
    }
}
