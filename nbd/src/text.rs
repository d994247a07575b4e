//! What a server says, for people to read.

use std::fmt;

/// The longest text that is kept, in bytes. The protocol allows strings of 4096.
const LONGEST: usize = 256;

/// A text from a server. It is shown without what could steer a terminal or forge a line of a message, and
/// without what goes beyond a line or two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerText(String);

impl ServerText {
    /// A text as it came.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        match bytes.get(..LONGEST) {
            Some(start) if bytes.len() > LONGEST => {
                Self(format!("{}...", String::from_utf8_lossy(start)))
            }
            _ => Self(String::from_utf8_lossy(bytes).into_owned()),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\'' | '"' | '\\' => write!(f, "{c}"),
            // This leaves what can be seen, and escapes the rest: controls, and what turns a line's direction.
            c => write!(f, "{}", c.escape_debug()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_neither_steer_the_terminal_nor_forge_a_line() {
        let text = ServerText::new("it's \"ü\"\nfine\u{1b}[31m\u{202e}\u{7f}".as_bytes());
        assert_eq!(text.to_string(), "it's \"ü\"\\nfine\\u{1b}[31m\\u{202e}\\u{7f}");
    }

    #[test]
    fn a_text_may_be_any_bytes_and_is_cut() {
        assert_eq!(ServerText::new(b"\xff").to_string(), "\u{fffd}");
        assert_eq!(ServerText::new(&[b'x'; 256]).to_string().len(), 256);
        assert_eq!(ServerText::new(&[b'x'; 5000]).to_string(), "x".repeat(256) + "...");
    }
}
