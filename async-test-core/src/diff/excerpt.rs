//! Parts of long texts, cut to what matters.

/// Both texts cut to about `width` characters around the place where they begin to differ.
pub(crate) fn window(expected: &str, got: &str, width: usize) -> (String, String) {
    let fits = |text: &str| text.chars().nth(width).is_none();
    if fits(expected) && fits(got) {
        return (visible(expected), visible(got));
    }
    let split = Split::new(expected, got);
    let before = split.before(width / 3);
    let side = |middle: &str| {
        let rest: String = middle.chars().chain(split.after.chars()).take(width + 1).collect();
        format!("{before}{}", cut(&rest, width - width / 3))
    };
    (side(split.expected), side(split.got))
}

/// Control characters as escapes.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_debug());
        } else {
            out.push(c);
        }
    }
    out
}

pub(super) fn cut(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some((at, _)) => visible(&text[..at]) + "...",
        None => visible(text),
    }
}

/// Two texts as a common beginning, what differs, and a common end.
pub(super) struct Split<'a> {
    pub(super) common: &'a str,
    pub(super) expected: &'a str,
    pub(super) got: &'a str,
    pub(super) after: &'a str,
}

impl<'a> Split<'a> {
    pub(super) fn new(expected: &'a str, got: &'a str) -> Split<'a> {
        let pairs = expected.chars().zip(got.chars());
        let start: usize = pairs.take_while(|(e, g)| e == g).map(|(e, _)| e.len_utf8()).sum();
        let (common, e, g) = (&expected[..start], &expected[start..], &got[start..]);
        let pairs = e.chars().rev().zip(g.chars().rev());
        let end: usize = pairs.take_while(|(e, g)| e == g).map(|(e, _)| e.len_utf8()).sum();
        Split {
            common,
            expected: &e[..e.len() - end],
            got: &g[..g.len() - end],
            after: &e[e.len() - end..],
        }
    }

    pub(super) fn before(&self, width: usize) -> String {
        match self.common.char_indices().rev().nth(width) {
            Some((at, c)) => format!("...{}", visible(&self.common[at + c.len_utf8()..])),
            None => visible(self.common),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_where_the_two_differ() {
        let line = |word: &str| format!("{}{word}{}", "a".repeat(100), "z".repeat(100));
        let (e, g) = window(&line("1"), &line("2"), 30);
        assert_eq!(
            (e.as_str(), g.as_str()),
            (
                "...aaaaaaaaaa1zzzzzzzzzzzzzzzzzzz...",
                "...aaaaaaaaaa2zzzzzzzzzzzzzzzzzzz..."
            )
        );
        assert_eq!(window("a\n", "b", 30), ("a\\n".to_owned(), "b".to_owned()));
    }

    #[test]
    fn the_parts_of_two_texts_make_them_up_again() {
        let mut random = fastrand::Rng::with_seed(5);
        let letters: Vec<char> = "aé𝄞".chars().collect();
        for _ in 0..5_000 {
            let mut make = || -> String { (0..random.usize(0..12)).map(|_| letters[random.usize(0..3)]).collect() };
            let (expected, got) = (make(), make());
            let split = Split::new(&expected, &got);
            assert_eq!(format!("{}{}{}", split.common, split.expected, split.after), expected);
            assert_eq!(format!("{}{}{}", split.common, split.got, split.after), got);
            let _ = window(&expected, &got, 4);
        }
    }
}
