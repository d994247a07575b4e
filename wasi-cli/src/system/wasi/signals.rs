//! Signals: WASI has none. A host that is asked to end ends the module with it.

use std::io;

/// Nothing to do.
pub(crate) fn report_size_limit_as_error() -> io::Result<()> {
    Ok(())
}

/// Nothing to do.
pub(crate) fn note() -> io::Result<()> {
    Ok(())
}

/// Never.
pub(crate) fn received() -> bool {
    false
}

/// Nothing to do.
pub(crate) fn end_if_received() {}
