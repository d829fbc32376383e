//! Bytes as lines of text.

use std::fmt::Write as _;

/// A line longer than this is handed on in pieces.
const MAX_LINE: usize = 64 * 1024;

/// The begin of a line whose end has not come.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// Takes in bytes and gives the lines that they complete.
    pub(super) fn take(&mut self, bytes: &[u8]) -> String {
        let whole = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if self.0.len() + bytes.len() > MAX_LINE => bytes.len() - begun_character(bytes),
            None => 0,
        };
        let (whole, begun) = bytes.split_at(whole);
        if whole.is_empty() {
            self.0.extend_from_slice(begun);
            return String::new();
        }
        self.0.extend_from_slice(whole);
        let text = readable(&self.0);
        self.0.clear();
        self.0.extend_from_slice(begun);
        text
    }

    /// Whether there is no begin of a line.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The begin of a line that nobody is to wait for.
    pub(super) fn rest(&mut self) -> String {
        let text = readable(&self.0);
        self.0.clear();
        text
    }
}

/// How many bytes at the end are the begin of a character.
fn begun_character(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let begins = tail.iter().rposition(|byte| *byte >= 0xc0);
    match begins.map(|at| &tail[at..]) {
        Some(begun) => match std::str::from_utf8(begun) {
            Err(error) if error.error_len().is_none() => begun.len(),
            _ => 0,
        },
        None => 0,
    }
}

/// Text with what is no UTF-8 as escapes.
fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_whole_when_it_ends() {
        let mut lines = Lines::default();
        assert_eq!(lines.take(b"on"), "");
        assert_eq!(lines.take(b"e\ntw"), "one\n");
        assert_eq!(lines.take(b"o\nthree\nf"), "two\nthree\n");
        assert_eq!(lines.rest(), "f");
        assert_eq!(lines.rest(), "");
    }

    #[test]
    fn what_is_no_text_is_readable() {
        let mut lines = Lines::default();
        assert_eq!(
            lines.take(b"a\xff\xfe\xe2\x82b\xe2\x82\xac\0\n"),
            "a\\xff\\xfe\\xe2\\x82b\u{20ac}\0\n"
        );
        assert_eq!(lines.take(b"\xe2\x82"), "");
        assert_eq!(lines.take(b"\xac\n"), "\u{20ac}\n");
        assert_eq!(lines.take(b"\xe2"), "");
        assert_eq!(lines.rest(), "\\xe2");
    }

    #[test]
    fn a_line_without_end_does_not_eat_the_memory_nor_lose_a_character() {
        for shift in 0..4 {
            let bytes = [vec![b'x'; shift], "äß€🦀".repeat(20_000).into_bytes()].concat();
            let mut lines = Lines::default();
            let mut text = String::new();
            for chunk in bytes.chunks(1000) {
                text.push_str(&lines.take(chunk));
                assert!(lines.0.len() <= MAX_LINE);
            }
            text.push_str(&lines.rest());
            assert!(text.as_bytes() == bytes);
        }
    }
}
