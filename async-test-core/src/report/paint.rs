//! Colours, marks and widths of what people read.

use std::borrow::Cow;

use super::Style;
use super::words::without_controls;

/// How a text is meant.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    Bad,
    Good,
    Odd,
    Aside,
    Strong,
}

/// What became of something, as the mark before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Passed,
    Failed,
    Skipped,
    Todo,
    Odd,
}

#[derive(Clone, Debug)]
pub(super) struct Paint {
    color: bool,
    unicode: bool,
    pub(super) width: usize,
}

impl Paint {
    pub(super) fn new(style: &Style) -> Paint {
        Paint {
            color: style.color,
            unicode: style.unicode,
            width: style.width.max(40),
        }
    }

    pub(super) fn tone(&self, tone: Tone, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        // Parameters of the terminal's sequence "select graphic rendition".
        let look = match tone {
            Tone::Bad => "31",
            Tone::Good => "32",
            Tone::Odd => "33",
            Tone::Aside => "2",
            Tone::Strong => "1",
        };
        format!("\u{1b}[{look}m{text}\u{1b}[0m")
    }

    /// Adds a text to another.
    pub(super) fn push(&self, to: &mut String, tone: Tone, text: &str) {
        match self.color {
            true => to.push_str(&self.tone(tone, text)),
            false => to.push_str(text),
        }
    }

    /// The mark and the space after it.
    pub(super) fn mark(&self, mark: Mark) -> String {
        let (tone, sign, word) = match mark {
            Mark::Passed => (Tone::Good, "✓ ", "ok   "),
            Mark::Failed => (Tone::Bad, "✗ ", "FAIL "),
            Mark::Skipped => (Tone::Odd, "○ ", "skip "),
            Mark::Todo => (Tone::Odd, "◌ ", "todo "),
            Mark::Odd => (Tone::Odd, "! ", "odd  "),
        };
        self.tone(tone, if self.unicode { sign } else { word })
    }

    /// The line at the left of an explanation.
    pub(super) fn bar(&self) -> String {
        self.tone(Tone::Aside, if self.unicode { "│" } else { "|" })
    }

    /// Text of others, fit for the terminal. Their colours are kept where colours are wanted.
    pub(super) fn foreign<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let kept = without_controls(text, self.color);
        if self.color && kept.contains('\u{1b}') {
            Cow::Owned(kept.into_owned() + "\u{1b}[0m")
        } else {
            kept
        }
    }

    /// A length of time, whose sign for a millionth is not in ASCII.
    pub(super) fn time(&self, time: std::time::Duration) -> String {
        let text = super::words::time(time);
        if self.unicode { text } else { text.replace('µ', "u") }
    }

    /// At most so many characters.
    pub(super) fn cut<'t>(&self, text: &'t str, width: usize) -> Cow<'t, str> {
        let (dots, length) = if self.unicode { ("…", 1) } else { ("...", 3) };
        if text.len() <= width || text.chars().nth(width).is_none() {
            return Cow::Borrowed(text);
        }
        let kept: String = text.chars().take(width.saturating_sub(length)).collect();
        Cow::Owned(kept + dots)
    }
}

/// A line in pieces of at most so many characters, broken after spaces where there are some.
pub(super) fn folded(line: &str, width: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((limit, _)) = rest.char_indices().nth(width.max(1)) {
        let space = rest[..limit].rfind(' ').map(|at| at + 1);
        let at = space.filter(|at| *at > limit / 2).unwrap_or(limit);
        pieces.push(&rest[..at]);
        rest = &rest[at..];
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_after_spaces() {
        assert_eq!(folded("one two three", 8), ["one two ", "three"]);
        assert_eq!(folded("äöüäöü", 4), ["äöüä", "öü"]);
        assert_eq!(folded("", 4), [""]);
        assert_eq!(folded("a bbbbbbbbbb", 6), ["a bbbb", "bbbbbb"]);
    }

    #[test]
    fn colours_appear_only_when_wanted() {
        let plain = Paint::new(&Style::default());
        assert_eq!(plain.tone(Tone::Bad, "x"), "x");
        assert_eq!(plain.foreign("\u{1b}[1mx"), "x");
        let coloured = Paint::new(&Style {
            color: true,
            ..Style::default()
        });
        assert_eq!(coloured.tone(Tone::Bad, "x"), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(coloured.foreign("\u{1b}[1mx"), "\u{1b}[1mx\u{1b}[0m");
    }

    #[test]
    fn names_are_cut_to_the_width() {
        let paint = Paint::new(&Style {
            unicode: false,
            ..Style::default()
        });
        assert_eq!(paint.cut("abcdef", 6), "abcdef");
        assert_eq!(paint.cut("abcdefg", 6), "abc...");
    }
}
