//! A text that may be cut, but never fails.

use alloc::string::String;
use core::fmt::{self, Write};

/// The most that a text holds, in bytes. A host's own words may be of any length.
const LIMIT: usize = 1000;

/// A text that ends where there is no room or no memory for more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// The text that `format_args!` describes.
    #[must_use]
    pub fn new(arguments: fmt::Arguments<'_>) -> Self {
        let mut text = Self::default();
        // It says of every piece that it was taken.
        let _always = text.write_fmt(arguments);
        text
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Write for Text {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = LIMIT.saturating_sub(self.0.len());
        let piece = piece.get(..piece.floor_char_boundary(room)).unwrap_or_default();
        if self.0.try_reserve(piece.len()).is_ok() {
            self.0.push_str(piece);
        }
        Ok(())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        let long = "ä".repeat(1000);
        let text = Text::new(format_args!("{}{long}", 1));
        assert_eq!(text.as_str().len(), 999);
        assert!(text.as_str().starts_with("1ä"));
    }
}
