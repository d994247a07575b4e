//! The memory that data passes through.

use std::collections::TryReserveError;

/// Its size in bytes: so little that what was read is still in the processor's cache when it is tested or written.
/// Measured, writing a file from 1 MiB takes half as long again.
const SIZE: usize = 256 << 10;

/// A buffer, if there is memory for it.
pub(crate) fn new() -> Result<Vec<u8>, TryReserveError> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(SIZE)?;
    buffer.resize(SIZE, 0);
    Ok(buffer)
}
