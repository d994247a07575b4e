//! Standard error, where a message that nobody can read is no reason to end, nor to end otherwise.

use std::fmt::Display;
use std::io::Write;

/// Writes a line in one piece.
pub(crate) fn line(text: impl Display) {
    let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
}
