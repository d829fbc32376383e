//! Reads `Debug` output back into a small tree, to say by path where two values differ.
//!
//! `Debug` has no grammar: whatever does not look like structs, tuples, lists, maps and scalars is kept as a leaf, and a
//! text that cannot be cut into such pieces at all gives `None`, so that the caller falls back to a diff of lines.

use std::collections::HashMap;

use crate::diff::debug_text::{Entry, Group, Node, parse};
use crate::diff::excerpt::window;

/// Differences told; the others are counted.
const MAX_DIFFERENCES: usize = 20;
/// Characters shown of a value.
const SHOWN: usize = 100;

/// Where two values differ, a line for each place, for instance `.users[3].name: expected "a", got "b"`.
///
/// `None` when a text is no `Debug` output of a compound value, when the values are of different shape at the top
/// already, or when nothing differs that can be named. Map entries are compared by key and set elements in any order.
pub fn differences(expected: &str, got: &str) -> Option<Vec<String>> {
    let (expected, got) = (parse(expected)?, parse(got)?);
    let mut walk = Walk::default();
    walk.compare(&mut String::new(), &expected, &got);
    if walk.found == 0 || walk.at_top {
        return None;
    }
    if walk.found > MAX_DIFFERENCES {
        walk.lines
            .push(format!("... and {} more differences", walk.found - MAX_DIFFERENCES));
    }
    Some(walk.lines)
}

fn same(a: &Node<'_>, b: &Node<'_>) -> bool {
    if a.text == b.text {
        return true;
    }
    let (Some(a), Some(b)) = (&a.group, &b.group) else {
        return false;
    };
    if !a.like(b) || a.entries.len() != b.entries.len() {
        return false;
    }
    if a.is_keyed() {
        let of_b = by_key(b);
        let find = |e: &Entry<'_>| of_b.get(&e.key).is_some_and(|value| same(&e.value, value));
        a.entries.iter().all(find)
    } else if a.open == b'{' {
        let (only_a, only_b) = unmatched(a, b);
        only_a.is_empty() && only_b.is_empty()
    } else {
        let mut pairs = a.entries.iter().zip(&b.entries);
        pairs.all(|(a, b)| same(&a.value, &b.value))
    }
}

fn by_key<'n, 'a>(group: &'n Group<'a>) -> HashMap<Option<&'a str>, &'n Node<'a>> {
    group.entries.iter().map(|e| (e.key, &e.value)).collect()
}

/// The elements of two sets that the other one has not, by their text.
fn unmatched<'a>(a: &Group<'a>, b: &Group<'a>) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut counts: HashMap<&str, isize> = HashMap::new();
    for entry in &b.entries {
        *counts.entry(entry.value.text).or_default() += 1;
    }
    let mut only_a = Vec::new();
    for entry in &a.entries {
        let count = counts.entry(entry.value.text).or_default();
        *count -= 1;
        if *count < 0 {
            only_a.push(entry.value.text);
        }
    }
    let mut only_b = Vec::new();
    for entry in &b.entries {
        if let Some(count) = counts.get_mut(entry.value.text).filter(|count| **count > 0) {
            *count -= 1;
            only_b.push(entry.value.text);
        }
    }
    (only_a, only_b)
}

#[derive(Default)]
struct Walk {
    lines: Vec<String>,
    found: usize,
    at_top: bool,
}

impl Walk {
    fn compare(&mut self, path: &mut String, expected: &Node<'_>, got: &Node<'_>) {
        if same(expected, got) {
            return;
        }
        match (&expected.group, &got.group) {
            (Some(e), Some(g)) if e.like(g) && !(e.is_wrapped_leaf() && g.is_wrapped_leaf()) => {
                if e.is_keyed() {
                    self.keyed(path, e, g);
                } else if e.open == b'{' {
                    self.set(path, e, g);
                } else {
                    self.sequence(path, e, g);
                }
            }
            _ => self.differs(path, expected.text, got.text),
        }
    }

    fn keyed(&mut self, path: &mut String, expected: &Group<'_>, got: &Group<'_>) {
        let is_struct = !expected.name.is_empty();
        let step = |key: &str| {
            if is_struct {
                format!(".{key}")
            } else {
                format!("[{}]", cut(key))
            }
        };
        let in_got = by_key(got);
        for entry in &expected.entries {
            let step = step(entry.key.unwrap_or(".."));
            match in_got.get(&entry.key) {
                Some(value) => self.below(path, &step, |walk, path| walk.compare(path, &entry.value, value)),
                None => self.missing(path, &step, entry.value.text),
            }
        }
        let in_expected = by_key(expected);
        for entry in got.entries.iter().filter(|e| !in_expected.contains_key(&e.key)) {
            self.extra(path, &step(entry.key.unwrap_or("..")), entry.value.text);
        }
    }

    fn set(&mut self, path: &str, expected: &Group<'_>, got: &Group<'_>) {
        let (missing, extra) = unmatched(expected, got);
        for text in missing {
            self.missing(path, "{}", text);
        }
        for text in extra {
            self.extra(path, "{}", text);
        }
    }

    /// By position, but what is equal at both ends is put aside first, so that one element more or less is told as such.
    fn sequence(&mut self, path: &mut String, expected: &Group<'_>, got: &Group<'_>) {
        let (mut e, mut g) = (expected.entries.as_slice(), got.entries.as_slice());
        let alike = |(e, g): &(&Entry<'_>, &Entry<'_>)| same(&e.value, &g.value);
        let start = e.iter().zip(g).take_while(alike).count();
        (e, g) = (&e[start..], &g[start..]);
        let end = e.iter().rev().zip(g.iter().rev()).take_while(alike).count();
        (e, g) = (&e[..e.len() - end], &g[..g.len() - end]);
        let step = |n: usize| match expected.open {
            b'[' => format!("[{}]", start + n),
            _ => format!(".{}", start + n),
        };
        let both = e.len().min(g.len());
        for (n, (e, g)) in e.iter().zip(g).enumerate() {
            self.below(path, &step(n), |walk, path| walk.compare(path, &e.value, &g.value));
        }
        for (n, entry) in e.iter().enumerate().skip(both) {
            self.missing(path, &step(n), entry.value.text);
        }
        for (n, entry) in g.iter().enumerate().skip(both) {
            self.extra(path, &step(n), entry.value.text);
        }
    }

    fn below(&mut self, path: &mut String, step: &str, work: impl FnOnce(&mut Walk, &mut String)) {
        let length = path.len();
        path.push_str(step);
        work(self, path);
        path.truncate(length);
    }

    fn differs(&mut self, path: &str, expected: &str, got: &str) {
        self.at_top |= path.is_empty();
        self.tell(|| {
            let (expected, got) = window(expected, got, SHOWN);
            format!("{path}: expected {expected}, got {got}")
        });
    }

    fn missing(&mut self, path: &str, step: &str, expected: &str) {
        self.tell(|| format!("{path}{step}: missing, expected {}", cut(expected)));
    }

    fn extra(&mut self, path: &str, step: &str, got: &str) {
        self.tell(|| format!("{path}{step}: not expected, got {}", cut(got)));
    }

    fn tell(&mut self, line: impl FnOnce() -> String) {
        self.found += 1;
        if self.found <= MAX_DIFFERENCES {
            self.lines.push(line());
        }
    }
}

fn cut(text: &str) -> String {
    window(text, "", SHOWN).0
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[derive(Clone, Debug)]
    #[allow(dead_code, reason = "read through Debug")]
    struct User {
        name: &'static str,
        mail: Option<&'static str>,
        at: (i32, f64),
    }

    fn users() -> Vec<User> {
        ["ann", "bob", "cy", "di"]
            .map(|name| User {
                name,
                mail: Some("x@y"),
                at: (1, 0.5),
            })
            .to_vec()
    }

    #[track_caller]
    fn told<T: std::fmt::Debug>(expected: T, got: T, lines: &[&str]) {
        assert_eq!(
            differences(&format!("{expected:?}"), &format!("{got:?}")).unwrap_or_default(),
            lines
        );
        assert_eq!(
            differences(&format!("{expected:#?}"), &format!("{got:#?}"))
                .unwrap_or_default()
                .len(),
            lines.len()
        );
    }

    #[test]
    fn a_field_deep_inside_is_named_by_its_path() {
        let mut got = users();
        got[3].name = "dee, \"{";
        got[0].mail = None;
        got[1].mail = Some("b@y");
        got[2].at.1 = -0.5;
        told(
            users(),
            got,
            &[
                r#"[0].mail: expected Some("x@y"), got None"#,
                r#"[1].mail: expected Some("x@y"), got Some("b@y")"#,
                "[2].at.1: expected 0.5, got -0.5",
                r#"[3].name: expected "di", got "dee, \"{""#,
            ],
        );
    }

    #[test]
    fn elements_that_are_missing_or_extra_do_not_shift_the_others() {
        told(vec![1, 2, 3, 4], vec![1, 3, 4], &["[1]: missing, expected 2"]);
        told(vec![1, 3], vec![1, 2, 3], &["[1]: not expected, got 2"]);
        told(
            (1, vec!['\'', ','], 2),
            (1, vec!['"'], 2),
            &[".1[0]: expected '\\'', got '\"'", ".1[1]: missing, expected ','"],
        );
    }

    #[test]
    fn maps_are_compared_by_key_and_sets_in_any_order() {
        let expected = BTreeMap::from([("a: b", 1), ("c", 2), ("d", 3)]);
        let got = BTreeMap::from([("a: b", 1), ("c", 5), ("e", 3)]);
        told(
            expected,
            got,
            &[
                r#"["c"]: expected 2, got 5"#,
                r#"["d"]: missing, expected 3"#,
                r#"["e"]: not expected, got 3"#,
            ],
        );
        told(
            BTreeSet::from([1, 2]),
            BTreeSet::from([2, 3]),
            &["{}: missing, expected 1", "{}: not expected, got 3"],
        );
        assert_eq!(
            differences(
                r#"S { m: {"a": 1, "b": 2}, n: 1 }"#,
                r#"S { m: {"b": 2, "a": 1}, n: 2 }"#
            )
            .unwrap(),
            [".n: expected 1, got 2"]
        );
    }

    #[test]
    fn what_differs_at_the_top_is_left_to_others() {
        for (expected, got) in [
            ("1", "2"),
            ("A { x: 1 }", "B { x: 1 }"),
            ("[1]", "[1]"),
            ("Some(1)", "Some(2)"),
            ("[1", "[2"),
        ] {
            assert_eq!(differences(expected, got), None, "{expected} {got}");
        }
    }

    #[test]
    fn custom_debug_output_is_a_leaf() {
        told_text(
            "S { at: 12:30:05.5Z, d: 1.5ms, who: it's me }",
            "S { at: 12:30:06Z, d: 1.5ms, who: it's you }",
            &[
                ".at: expected 12:30:05.5Z, got 12:30:06Z",
                ".who: expected it's me, got it's you",
            ],
        );
        told_text(
            "S { e: error (os 2) near [a, b] }",
            "S { e: error (os 3) near [a, b] }",
            &[".e: expected error (os 2) near [a, b], got error (os 3) near [a, b]"],
        );
        told_text(
            "Object {\"a\": Number(1), .. }",
            "Object {\"a\": Number(2), .. }",
            &[".\"a\": expected Number(1), got Number(2)"],
        );
    }

    #[track_caller]
    fn told_text(expected: &str, got: &str, lines: &[&str]) {
        assert_eq!(differences(expected, got).unwrap_or_default(), lines);
    }

    #[test]
    fn the_number_of_lines_is_bounded() {
        let lines = differences(&format!("{:?}", [1; 500]), &format!("{:?}", [2; 500])).unwrap();
        assert_eq!(lines.len(), MAX_DIFFERENCES + 1);
        assert_eq!(lines[MAX_DIFFERENCES], "... and 480 more differences");
    }

    #[test]
    fn any_text_at_all_is_survived() {
        let mut random = fastrand::Rng::with_seed(7);
        let pieces = [
            "{", "}", "[", "]", "(", ")", ",", ":", ": ", "\"", "\\", "'", " ", "Some", "é", "::", "..", "1", "a: ",
            "\n", "𝄞", "'\\u{1", "<",
        ];
        let mut parsed = 0;
        for _ in 0..20_000 {
            let mut make = || -> String {
                (0..random.usize(0..14))
                    .map(|_| pieces[random.usize(0..pieces.len())])
                    .collect()
            };
            let (a, b) = (make(), make());
            let (a, b) = (format!("[{a}]"), format!("[{b}]"));
            parsed += usize::from(differences(&a, &b).is_some());
        }
        assert!(parsed > 100, "{parsed}");
        for deep in ["[", "((", "{a: ", "S { x: ", "\"", "'"] {
            assert_eq!(differences(&deep.repeat(100_000), ""), None);
        }
    }

    #[test]
    fn a_mutated_value_is_survived() {
        let mut random = fastrand::Rng::with_seed(8);
        let text = format!("{:?}", users());
        let letters: Vec<char> = "{}[](),:\"'\\ aé".chars().collect();
        for _ in 0..5_000 {
            let mut chars: Vec<char> = text.chars().collect();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(0..chars.len());
                chars[at] = letters[random.usize(0..letters.len())];
            }
            let _ = differences(&text, &chars.iter().collect::<String>());
        }
    }
}
