//! Shows people how two texts differ. Time and output are bounded, whatever the texts are.

use std::borrow::Cow;
use std::collections::HashMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

pub(crate) mod debug_text;
pub(crate) mod excerpt;
mod layout;

use excerpt::{Split, cut};
use layout::layout;

/// Texts of one line up to this many characters are compared by eye.
const SHORT: usize = 60;
/// Lines of output.
const MAX_LINES: usize = 60;
/// Characters of a line of output.
const MAX_WIDTH: usize = 120;
/// Lines of each text that are compared, from the first one that differs on: the comparison may take quadratic time.
const MAX_COMPARED: usize = 1_000;
/// Equal lines shown around a difference.
const CONTEXT: usize = 3;
/// Lines shown of one block of removed, or of added, lines.
const MAX_BLOCK: usize = 20;

/// How two texts differ, line by line: `- ` expected, `+ ` got, two spaces for what they share, `@@ ` for a remark.
///
/// `None` when they are equal or so short that one sees it: one line of at most 60 characters each. A `Debug` of a
/// string is compared as the lines it stands for, and a long `Debug` of anything else with one field or element on a
/// line. Longer single lines are cut to where they differ, with a line of `^` below.
pub fn expected_got(expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let is_short = |text: &str| !text.contains('\n') && text.chars().nth(SHORT).is_none();
    let (e, g) = (as_lines(expected), as_lines(got));
    if is_short(&e) && is_short(&g) {
        return None;
    }
    if e.contains('\n') || g.contains('\n') {
        return Some(by_lines(&e, &g));
    }
    match (layout(expected), layout(got)) {
        (Some(e), Some(g)) if e != g => Some(by_lines(&e, &g)),
        _ => {
            let mut out = Output::default();
            out.marked(expected, got);
            Some(out.finish())
        }
    }
}

/// The lines behind a `Debug` of a string of several lines.
fn as_lines(text: &str) -> Cow<'_, str> {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let Some(inner) = inner.filter(|inner| inner.contains("\\n") && !inner.contains('\n')) else {
        return Cow::Borrowed(text);
    };
    let mut lines = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => lines.push('\n'),
            ('\\', Some(quote @ ('"' | '\''))) => lines.push(quote),
            ('\\', Some(other)) => lines.extend(['\\', other]),
            _ => lines.push(c),
        }
    }
    Cow::Owned(lines)
}

fn by_lines(expected: &str, got: &str) -> String {
    let (e, g): (Vec<&str>, Vec<&str>) = (expected.split('\n').collect(), got.split('\n').collect());
    let start = e.iter().zip(&g).take_while(|(e, g)| e == g).count();
    let rest = e[start..].iter().rev().zip(g[start..].iter().rev());
    let end = rest.take_while(|(e, g)| e == g).count();
    let (e_mid, g_mid) = (&e[start..e.len() - end], &g[start..g.len() - end]);
    let longest = e_mid.len().max(g_mid.len());
    let (e_cut, g_cut) = (
        &e_mid[..e_mid.len().min(MAX_COMPARED)],
        &g_mid[..g_mid.len().min(MAX_COMPARED)],
    );

    let mut out = Output::default();
    let shown = if start < CONTEXT + 2 { 0 } else { start - CONTEXT };
    if shown > 0 {
        out.remark(&count(shown, "equal line"));
    }
    e[shown..start].iter().for_each(|line| out.line(' ', line));
    out.operations(e_cut, g_cut);
    if longest > MAX_COMPARED {
        out.remark(&format!(
            "only {MAX_COMPARED} lines from line {} on were compared",
            start + 1
        ));
    } else {
        e[e.len() - end..]
            .iter()
            .take(CONTEXT)
            .for_each(|line| out.line(' ', line));
    }
    out.finish()
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[derive(Default)]
struct Output {
    lines: Vec<String>,
    left_out: usize,
}

impl Output {
    fn push(&mut self, line: String) {
        if self.lines.len() < MAX_LINES {
            self.lines.push(line);
        } else {
            self.left_out += 1;
        }
    }

    fn line(&mut self, sign: char, text: &str) {
        let mut text = cut(text, MAX_WIDTH);
        if sign != ' ' && text.ends_with(' ') {
            text.pop();
            text.push_str("\\x20");
        }
        let line = format!("{sign} {text}");
        self.push(line.trim_end().to_owned());
    }

    fn remark(&mut self, text: &str) {
        self.push(format!("@@ {text}"));
    }

    fn operations<'t>(&mut self, expected: &[&'t str], got: &[&'t str]) {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut number = |lines: &[&'t str]| -> Vec<usize> {
            let of = |line: &&'t str| {
                let next = numbers.len();
                *numbers.entry(line).or_insert(next)
            };
            lines.iter().map(of).collect()
        };
        let (e, g) = (number(expected), number(got));
        for operation in capture_diff_slices(Algorithm::Myers, &e, &g) {
            match operation {
                DiffOp::Equal { old_index, len, .. } => self.equal(&expected[old_index..old_index + len]),
                DiffOp::Delete { old_index, old_len, .. } => self.block('-', &expected[old_index..old_index + old_len]),
                DiffOp::Insert { new_index, new_len, .. } => self.block('+', &got[new_index..new_index + new_len]),
                DiffOp::Replace {
                    old_index,
                    old_len,
                    new_index,
                    new_len,
                } => {
                    let (e, g) = (
                        &expected[old_index..old_index + old_len],
                        &got[new_index..new_index + new_len],
                    );
                    self.replaced(e, g);
                }
            }
        }
    }

    fn equal(&mut self, lines: &[&str]) {
        let hidden = lines.len().saturating_sub(2 * CONTEXT);
        if hidden < 2 {
            lines.iter().for_each(|line| self.line(' ', line));
            return;
        }
        lines[..CONTEXT].iter().for_each(|line| self.line(' ', line));
        self.remark(&count(hidden, "equal line"));
        lines[CONTEXT + hidden..].iter().for_each(|line| self.line(' ', line));
    }

    fn block(&mut self, sign: char, lines: &[&str]) {
        lines.iter().take(MAX_BLOCK).for_each(|line| self.line(sign, line));
        if lines.len() > MAX_BLOCK {
            let what = if sign == '-' {
                "more expected line"
            } else {
                "more got line"
            };
            self.remark(&count(lines.len() - MAX_BLOCK, what));
        }
    }

    fn replaced(&mut self, expected: &[&str], got: &[&str]) {
        let is_long = |line: &&str| line.chars().nth(MAX_WIDTH).is_some();
        let fits_block = expected.len() == got.len() && expected.len() <= MAX_BLOCK;
        if fits_block && (expected.iter().any(is_long) || got.iter().any(is_long)) {
            // Cut at the right, the two might look the same.
            expected.iter().zip(got).for_each(|(e, g)| self.marked(e, g));
        } else {
            self.block('-', expected);
            self.block('+', got);
        }
    }

    /// Two long lines, cut to where they differ.
    fn marked(&mut self, expected: &str, got: &str) {
        let split = Split::new(expected, got);
        let before = split.before(MAX_WIDTH / 4);
        let after = cut(split.after, MAX_WIDTH / 4);
        let (e, g) = (cut(split.expected, MAX_WIDTH / 2), cut(split.got, MAX_WIDTH / 2));
        self.push(format!("- {before}{e}{after}"));
        self.push(format!("+ {before}{g}{after}"));
        let (column, width) = (before.chars().count(), e.chars().count().max(g.chars().count()).max(1));
        let at = split.common.chars().count() + 1;
        self.push(format!(
            "  {}{} from character {at} on",
            " ".repeat(column),
            "^".repeat(width)
        ));
    }

    fn finish(mut self) -> String {
        if self.left_out > 0 {
            self.lines
                .push(format!("@@ {} left out", count(self.left_out, "more line")));
        }
        self.lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(expected: &str, got: &str, lines: &[&str]) {
        assert_eq!(
            expected_got(expected, got)
                .unwrap_or_default()
                .lines()
                .collect::<Vec<_>>(),
            lines
        );
    }

    fn numbered(lines: std::ops::Range<usize>) -> String {
        lines.map(|n| format!("line {n}\n")).collect()
    }

    #[test]
    fn short_lines_need_no_diff() {
        assert_eq!(expected_got("1", "2"), None);
        assert_eq!(expected_got(&"x".repeat(500), &"x".repeat(500)), None);
    }

    #[test]
    fn lines_are_compared_with_some_context() {
        let expected = numbered(0..40);
        let got = expected.replace("line 20\n", "line zwanzig\n");
        shows(
            &expected,
            &got,
            &[
                "@@ 17 equal lines",
                "  line 17",
                "  line 18",
                "  line 19",
                "- line 20",
                "+ line zwanzig",
                "  line 21",
                "  line 22",
                "  line 23",
            ],
        );
    }

    #[test]
    fn distant_differences_are_two_hunks() {
        let expected = numbered(0..20);
        let got = expected.replace("line 2\n", "").replace("line 17\n", "line 17\nnew\n");
        shows(
            &expected,
            &got,
            &[
                "  line 0",
                "  line 1",
                "- line 2",
                "  line 3",
                "  line 4",
                "  line 5",
                "@@ 9 equal lines",
                "  line 15",
                "  line 16",
                "  line 17",
                "+ new",
                "  line 18",
                "  line 19",
            ],
        );
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        shows("a\nb ", "a\nb", &["  a", "- b\\x20", "+ b"]);
        shows("a\nb\r\nc", "a\nb\nc", &["  a", "- b\\r", "+ b", "  c"]);
        shows("a\n", "a", &["  a", "-"]);
        shows("a\n\u{1b}[1m", "a\nb", &["  a", "- \\u{1b}[1m", "+ b"]);
    }

    #[test]
    fn the_debug_of_a_string_is_compared_by_its_lines() {
        shows(
            &format!("{:?}", "one\n\"two\"\\n"),
            &format!("{:?}", "one\n2"),
            &["  one", "- \"two\"\\\\n", "+ 2"],
        );
    }

    #[test]
    fn a_long_debug_of_a_value_is_laid_out() {
        let value = |port: u32| {
            format!(
                "Config {{ host: \"{}\", ports: [1, {port}], tls: None }}",
                "h".repeat(60)
            )
        };
        let host = format!("      host: \"{}\",", "h".repeat(60));
        let lines = [
            "  Config {",
            &host,
            "      ports: [",
            "          1,",
            "-         80,",
            "+         81,",
            "      ],",
            "      tls: None,",
            "  }",
        ];
        shows(&value(80), &value(81), &lines);
    }

    #[test]
    fn a_long_line_is_cut_to_where_it_differs() {
        let line = |word: &str| format!("{}{word}{}", "a".repeat(100), "z".repeat(100));
        let (a, z) = ("a".repeat(30), "z".repeat(30));
        shows(
            &line("one"),
            &line("two!"),
            &[
                &format!("- ...{a}one{z}..."),
                &format!("+ ...{a}two!{z}..."),
                &format!("{}^^^^ from character 101 on", " ".repeat(35)),
            ],
        );
    }

    #[test]
    fn lines_of_a_block_that_differ_at_their_end_only() {
        let line = |end: &str| format!("head\n{}{end}\ntail", "é".repeat(300));
        let text = expected_got(&line("x"), &line("y")).unwrap();
        assert!(
            text.contains("éx") && text.contains("éy") && text.contains("from character 301 on"),
            "{text}"
        );
    }

    #[test]
    fn huge_texts_are_cut_and_the_cut_is_told() {
        let expected: String = (0..400_000).map(|n| format!("{n} left\n")).collect();
        let got: String = (0..400_000).map(|n| format!("{n} right\n")).collect();
        let text = expected_got(&expected, &got).unwrap();
        assert!(text.lines().count() <= MAX_LINES + 1, "{text}");
        assert!(
            text.contains("980 more expected lines") && text.contains("980 more got lines"),
            "{text}"
        );
        assert!(text.contains("only 1000 lines from line 1 on were compared"), "{text}");
        let (expected, got) = ("x".repeat(8 << 20) + "1", "x".repeat(8 << 20) + "2");
        assert_eq!(expected_got(&expected, &got).unwrap().lines().count(), 3);
    }

    #[test]
    fn many_small_differences_are_bounded() {
        let expected = numbered(0..900);
        let got: String = expected
            .lines()
            .enumerate()
            .map(|(n, line)| format!("{line}{}\n", if n % 2 == 0 { "" } else { "!" }))
            .collect();
        let text = expected_got(&expected, &got).unwrap();
        assert_eq!(text.lines().count(), MAX_LINES + 1);
        assert!(text.ends_with("more lines left out"), "{text}");
    }

    #[test]
    fn any_two_texts_are_survived() {
        let mut random = fastrand::Rng::with_seed(9);
        let letters: Vec<char> = "ab \n\\\"n{}é𝄞\u{7}".chars().collect();
        for _ in 0..5_000 {
            let mut make = || -> String {
                (0..random.usize(0..200))
                    .map(|_| letters[random.usize(0..letters.len())])
                    .collect()
            };
            let (expected, got) = (make(), make());
            if let Some(text) = expected_got(&expected, &got) {
                assert!(text.lines().count() <= MAX_LINES + 1);
            }
        }
    }
}
