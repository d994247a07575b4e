//! The counts that are committed.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// Where they are.
pub(crate) const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/counts/baseline.json");

/// Instructions by the name of the work. Another compiler makes other code, so that they hold for one.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    /// The compiler, with its release and the machine that it compiles for.
    pub(crate) compiler: String,
    pub(crate) instructions: BTreeMap<String, u64>,
}

impl Baseline {
    pub(crate) fn load() -> Result<Self> {
        serde_json::from_str(&fs::read_to_string(FILE).context(FILE)?).context(FILE)
    }

    pub(crate) fn save(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(FILE, text).context(FILE)
    }
}

/// The compiler in use.
pub(crate) fn compiler() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc")?;
    let said = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "rustc -vV: {}", output.status);
    let field = |name| said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?");
    Ok(format!("rustc {} {}", field("release: "), field("host: ")))
}
