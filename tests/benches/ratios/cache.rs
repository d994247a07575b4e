//! The state of a file's pages before a run.

use std::fs::File;
use std::io::IoSliceMut;
use std::path::Path;

use anyhow::{Result, ensure};
use rustix::fs::{Advice, fadvise, syncfs};
use rustix::io::{ReadWriteFlags, preadv2};

/// Waits until nothing is left to be written, so that no contender pays for the one before it.
pub(crate) fn settle(folder: &Path) -> Result<()> {
    Ok(syncfs(File::open(folder)?)?)
}

/// Takes a file out of the cache, and sees that it is out.
pub(crate) fn drop_pages(path: &Path) -> Result<()> {
    let file = File::open(path)?;
    file.sync_all()?;
    fadvise(&file, 0, None, Advice::DontNeed)?;
    let length = file.metadata()?.len();
    let cached = (0..64).filter(|part| is_cached(&file, length / 64 * part)).count();
    ensure!(cached == 0, "the system keeps {} in its cache", path.display());
    Ok(())
}

fn is_cached(file: &File, offset: u64) -> bool {
    let mut byte = [0];
    let read = preadv2(file, &mut [IoSliceMut::new(&mut byte)], offset, ReadWriteFlags::NOWAIT);
    read.is_ok_and(|count| count > 0)
}
