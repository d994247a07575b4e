//! The state of a file's pages before a run.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::fs::{Advice, fadvise, syncfs};

/// Waits until nothing is left to be written, so that no contender pays for the one before it.
pub(crate) fn settle(folder: &Path) -> Result<()> {
    Ok(syncfs(File::open(folder)?)?)
}

/// Takes a file out of the cache, and sees that all but a hundredth is out. Pages that the kernel is busy with stay at first.
pub(crate) fn drop_pages(path: &Path) -> Result<()> {
    const TRIES: usize = 20;
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    for _ in 0..TRIES {
        file.sync_all()?;
        fadvise(&file, 0, None, Advice::DontNeed)?;
        if cached(path)? <= length / 100 {
            return Ok(());
        }
    }
    bail!("the system keeps {} in its cache", path.display())
}

/// How many bytes of a file are in the cache. A read that doesn't wait would tell, too, but begins to read ahead.
fn cached(path: &Path) -> Result<u64> {
    let mut fincore = Command::new("fincore");
    let output = fincore.args(["--bytes", "--noheadings", "--output", "RES"]).arg(path).output();
    let output = output.context("fincore (Debian: apt-get install util-linux)")?;
    let said = String::from_utf8(output.stdout)?;
    said.trim().parse().with_context(|| format!("{fincore:?}: {}: {said}", output.status))
}
