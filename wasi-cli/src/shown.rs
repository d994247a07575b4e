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

/// A file's name as one word of a command to copy, for any POSIX shell, and no option. `None` if it is not what it looks
/// like.
#[cfg(not(target_os = "wasi"))]
pub(crate) fn quoted(path: &Path) -> Option<String> {
    let name = path.to_str().filter(|name| text(name) == *name)?;
    let here = if name.starts_with('-') { "./" } else { "" };
    Some(format!("'{here}{}'", name.replace('\'', r"'\''")))
}

/// Control characters, line separators, those that change the direction of a line, and those that can't be seen.
fn steers(c: char) -> bool {
    let is_hidden = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    );
    c.is_control() || is_hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_steers_is_escaped() {
        assert_eq!(text("übung, 1 'a'.raw"), "übung, 1 'a'.raw");
        assert_eq!(text("a\u{feff}\u{2028}\u{e0041}"), "a\\u{feff}\\u{2028}\\u{e0041}");
        assert_eq!(text("x\nfine\u{1b}[31m\u{202e}"), "x\\nfine\\u{1b}[31m\\u{202e}");
    }

    #[cfg(unix)]
    #[test]
    fn a_name_is_one_word_to_a_shell_or_no_word_at_all() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let quoted = |name: &[u8]| quoted(Path::new(OsStr::from_bytes(name)));
        assert_eq!(quoted(b"a'; touch x '").as_deref(), Some(r"'a'\''; touch x '\'''"));
        assert_eq!(quoted(b"-o").as_deref(), Some("'./-o'"));
        assert_eq!(quoted(b"$(x) `y` \\").as_deref(), Some(r"'$(x) `y` \'"));
        for name in [&b"a\nb"[..], b"\x1b[31m", b"\xff", b"\xe2\x80\xae"] {
            assert_eq!(quoted(name), None);
        }
    }
}
