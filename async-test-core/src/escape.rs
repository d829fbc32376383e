//! Text that is shown and was written by somebody else.

use std::borrow::Cow;

/// Control characters as escapes like `\u{1b}`, line ends as `\n`: one line that cannot move a terminal's cursor.
pub(crate) fn controls(text: &str) -> Cow<'_, str> {
    if is_printable(text) || !text.chars().any(char::is_control) {
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

/// Whether a text stands for itself wherever it is shown: printable ASCII. Most texts are so, and a plain loop tells it
/// without taking characters apart, which takes long where nothing is optimized.
pub(crate) fn is_printable(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !matches!(bytes[at], b' '..=b'~') {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether a text is printable and has no white space but one blank at a time between words.
pub(crate) fn is_one_line(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut is_after_blank = true;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if !matches!(byte, b' '..=b'~') || (is_after_blank && byte == b' ') {
            return false;
        }
        is_after_blank = byte == b' ';
        at += 1;
    }
    bytes.is_empty() || !is_after_blank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fit_to_print_is_told_at_once() {
        for text in ["", "a", "a b", " a", "a ", "a  b", "~"] {
            assert!(is_printable(text), "{text:?}");
            assert_eq!(
                is_one_line(text),
                text.split(' ').all(|word| !word.is_empty()) || text.is_empty()
            );
        }
        for text in ["\t", "a\nb", "é", "\u{7f}", "\u{1b}[1m"] {
            assert!(!is_printable(text) && !is_one_line(text), "{text:?}");
        }
    }

    #[test]
    fn only_control_characters_change() {
        assert!(matches!(controls("é \\ \u{202e}"), Cow::Borrowed(_)));
        assert_eq!(
            controls("\u{1b}]0;é\u{7}\r\n\t\0\u{9b}"),
            "\\u{1b}]0;é\\u{7}\\r\\n\\t\\u{0}\\u{9b}"
        );
    }
}
