//! Descriptors that take bytes: standard output above all.

use std::io;
use std::time::Duration;

use rustix::fd::AsFd;

/// Waits for a descriptor that is full, for as long as it takes. Node passes on that one is full; wasmtime calls it an
/// I/O error.
#[derive(Debug, Default)]
pub(crate) struct Patience(());

impl Patience {
    /// Waits until a descriptor may take bytes again.
    #[allow(clippy::unused_self)]
    pub(crate) fn wait(&mut self, _: impl AsFd) -> io::Result<()> {
        std::thread::sleep(Duration::from_millis(1));
        Ok(())
    }
}

/// WASI closes without an answer.
pub(crate) fn finish(_: impl AsFd) -> io::Result<()> {
    Ok(())
}

/// WASI says nothing of the file system.
pub(crate) fn reserve(_: impl AsFd, _: u64) -> io::Result<()> {
    Ok(())
}

/// The pipe is the host's.
pub(crate) fn widen_stdout() {}

/// A module always has one. Where the host has none, the host alone can know.
pub(crate) fn stdout_is_closed() -> bool {
    false
}
