//! Text that is shown and was written by somebody else.

use std::borrow::Cow;

/// Control characters as escapes like `\u{1b}`, line ends as `\n`: one line that cannot move a terminal's cursor.
pub(crate) fn controls(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c.is_control() {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_control_characters_change() {
        assert!(matches!(controls("é \\ \u{202e}"), Cow::Borrowed(_)));
        assert_eq!(
            controls("\u{1b}]0;é\u{7}\r\n\t\0\u{9b}"),
            "\\u{1b}]0;é\\u{7}\\r\\n\\t\\u{0}\\u{9b}"
        );
    }
}
