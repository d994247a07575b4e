//! Memory that may not be there.

use alloc::vec::Vec;
use core::hint::black_box;

use crate::failure::Failure;

/// What the data pass through, in bytes.
const BUFFER: usize = 256 << 10;

/// What the core may need for a header without a data file's name, in bytes.
const HEADER: usize = 8 << 10;

/// That many zeros.
///
/// # Errors
/// If there is no memory for them.
pub(crate) fn buffer() -> Result<Vec<u8>, Failure> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(BUFFER).map_err(|_| Failure::memory(BUFFER))?;
    buffer.resize(BUFFER, 0);
    Ok(buffer)
}

/// Whether there is room for an allocation of so many bytes just now. It is tried: where an allocation follows that
/// cannot say that it failed, it finds what was freed here.
///
/// # Errors
/// If there is not.
pub fn room_for(bytes: usize) -> Result<(), Failure> {
    let mut room: Vec<u8> = Vec::new();
    room.try_reserve_exact(bytes).map_err(|_| Failure::memory(bytes))?;
    // Otherwise the compiler may leave out an allocation that nobody uses.
    black_box(&mut room);
    Ok(())
}

/// Room for the header, which the core collects in vectors that double as they grow.
///
/// # Errors
/// If there is none.
pub(crate) fn room_for_header(name: usize) -> Result<(), Failure> {
    room_for(name.saturating_mul(4).saturating_add(HEADER))
}
