//! Descriptors that take bytes: standard output above all.

use std::io;

use rustix::fd::AsFd;

/// The host waits for us: wasmtime and Node write to a non-blocking descriptor until it has taken everything.
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn wait(_: impl AsFd) -> io::Result<()> {
    Ok(())
}

/// WASI closes without an answer.
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn finish(_: impl AsFd) -> io::Result<()> {
    Ok(())
}

/// The pipe is the host's.
pub(crate) fn widen_stdout() {}

/// A module always has one. Where the host has none, the host alone can know.
pub(crate) fn stdout_is_closed() -> bool {
    false
}
