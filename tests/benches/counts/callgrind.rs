//! Counting, by valgrind's callgrind.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// How many instructions this program takes for a piece of work, the preparations aside.
pub(crate) fn count(name: &str, folder: &Path) -> Result<u64> {
    let report = folder.join(name);
    let mut out = std::ffi::OsString::from("--callgrind-out-file=");
    out.push(&report);
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--toggle-collect=*counts*counted*"]).arg(out);
    valgrind.arg(std::env::current_exe()?).args(["--work", name]);
    let output = valgrind.output().context("valgrind (Debian: apt-get install valgrind)")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{valgrind:?}: {}\n{said}", output.status);
    let text = fs::read_to_string(&report).with_context(|| report.display().to_string())?;
    total(&text).with_context(|| format!("{name}: no total in callgrind's report"))
}

fn total(report: &str) -> Result<u64> {
    let mut totals = report.lines().filter_map(|line| line.strip_prefix("totals: "));
    let Some(total) = totals.next() else { bail!("there is no line of totals") };
    let total = total.trim().parse()?;
    ensure!(total > 0, "nothing was counted: the function's symbol is missing");
    Ok(total)
}
