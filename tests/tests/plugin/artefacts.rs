//! The files that a build leaves.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The artefacts by name, each with the most bytes that it may have.
pub(crate) const ARTEFACTS: [(&str, u64); 4] = [
    (MODULE, 68_000),
    (SIMD_MODULE, 73_000),
    (COMPONENT, 76_000),
    ("qcow2_stream_plugin_simd128.component.wasm", 82_000),
];

pub(crate) const MODULE: &str = "qcow2_stream_plugin.wasm";
pub(crate) const SIMD_MODULE: &str = "qcow2_stream_plugin_simd128.wasm";
pub(crate) const COMPONENT: &str = "qcow2_stream_plugin.component.wasm";

/// Where an artefact is. They are built once in each test process.
pub(crate) fn artefact(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("plugin");
        build_into(&folder, Path::new(env!("CARGO_MANIFEST_DIR")), None);
        folder
    };
    FOLDER.get_or_init(build).join(name)
}

/// Builds from the workspace that `package` lies in, if told so in another target folder than cargo's own.
pub(crate) fn build_into(folder: &Path, package: &Path, target: Option<&Path>) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    command.args(["run", "--locked", "-p", "plugin-build", "--"]).arg(folder);
    if let Some(target) = target {
        command.env("CARGO_TARGET_DIR", target);
    }
    let output = command.current_dir(package).output().expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}
