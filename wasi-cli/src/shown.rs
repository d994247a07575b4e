//! File names in messages.

use std::path::Path;

/// A file's name without what could steer a terminal, or forge a line of a message: a file may have any.
pub(crate) fn shown(path: &Path) -> String {
    text(&path.to_string_lossy())
}

/// The same for any text from outside.
pub(crate) fn text(text: &str) -> String {
    let show = |c: char| if steers(c) { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(show).collect()
}

/// Control characters, and those that change the direction of a line.
fn steers(c: char) -> bool {
    let changes_direction = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    c.is_control() || changes_direction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_steers_is_escaped() {
        assert_eq!(text("übung, 1 'a'.raw"), "übung, 1 'a'.raw");
        assert_eq!(text("x\nfine\u{1b}[31m\u{202e}"), "x\\nfine\\u{1b}[31m\\u{202e}");
    }
}
