//! Filters: which suites a text names, and which subtests in them.
//!
//! `storage` names a suite; `storage/writes` one of its subtests, `storage/writes/first` one inside of that. Without
//! `exact` every part is looked for inside of a name; with it every part is a whole name. In a part a backslash changes
//! the next character: `\/` is a slash of the name, `\\` a backslash, `\n`, `\r`, `\t` and `\u{1b}` what they are in Rust.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One filter. What it means is worked out once, since it is held against every suite of a binary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filter {
    text: String,
    exact: bool,
    /// The one name that the text may stand for, where that is not the text.
    unescaped: Option<String>,
    /// What stands before each slash, as a name: that of a suite may hold slashes as well.
    heads: Vec<Head>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Head {
    name: String,
    /// Where the slash is.
    end: usize,
}

/// What the filters say about the subtests of one suite.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Paths {
    /// Only those on the way to one of these and below them run; all of them where there is none.
    keep: Vec<Below>,
    /// These and what is in them do not run.
    leave_out: Vec<Below>,
}

/// A filter as seen from inside of a suite that it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Below {
    /// The whole filter, as it was written.
    pub filter: String,
    /// Its parts are whole names.
    pub exact: bool,
    /// Its parts below the suite.
    parts: Vec<String>,
}

impl Filter {
    pub fn new(text: impl Into<String>, exact: bool) -> Filter {
        let text = text.into();
        let mut heads = Vec::new();
        for end in slashes(&text) {
            let name = unescaped(&text[..end]);
            heads.push(Head { name, end });
        }
        let name = unescaped(&text);
        Filter {
            unescaped: (name != text).then_some(name),
            heads,
            text,
            exact,
        }
    }

    fn is_meant(&self, part: &str, names: &[&str]) -> bool {
        for name in names {
            if fits(part, name, self.exact) {
                return true;
            }
        }
        false
    }

    /// Whether it means the suite as a whole, which goes by several names.
    pub fn names_whole(&self, names: &[&str]) -> bool {
        self.is_meant(&self.text, names)
            || match &self.unescaped {
                Some(text) => self.is_meant(text, names),
                None => false,
            }
    }

    /// Which head means the suite, if it as a whole is not meant.
    fn head(&self, names: &[&str]) -> Option<&Head> {
        self.heads.iter().find(|head| self.is_meant(&head.name, names))
    }

    /// Whether it means the suite or something in it.
    pub fn names(&self, names: &[&str]) -> bool {
        self.names_whole(names) || (!self.heads.is_empty() && self.head(names).is_some())
    }

    /// What it says of the suite; none if that is not meant.
    fn inside(&self, names: &[&str]) -> Option<Below> {
        let parts = match self.names_whole(names) {
            true => Vec::new(),
            false => parts(&self.text[self.head(names)?.end + 1..]),
        };
        Some(Below {
            filter: self.text.clone(),
            exact: self.exact,
            parts,
        })
    }
}

/// Whether a part of a filter means a name.
fn fits(part: &str, name: &str, exact: bool) -> bool {
    match exact {
        true => name == part,
        false => name.contains(part),
    }
}

/// What filters leave of the subtests of a suite, and what others take from that. A filter that names the whole suite
/// leaves all of them.
pub fn paths(filters: &[Filter], skip: &[Filter], names: &[&str]) -> Paths {
    let inside = |filters: &[Filter]| -> Vec<Below> { filters.iter().filter_map(|it| it.inside(names)).collect() };
    let mut keep = inside(filters);
    if keep.iter().any(|below| below.parts.is_empty()) {
        keep.clear();
    }
    let leave_out = inside(skip);
    Paths { keep, leave_out }
}

impl Paths {
    /// Whether nothing is left out.
    pub fn is_all(&self) -> bool {
        self.keep.is_empty() && self.leave_out.is_empty()
    }

    /// The filters that name something in the suite.
    pub fn wanted(&self) -> &[Below] {
        &self.keep
    }

    /// Whether a subtest may run, by the names from its suite (exclusive) down to it.
    pub fn admit(&self, path: &[&str]) -> bool {
        let kept = self.keep.is_empty() || self.keep.iter().any(|wanted| wanted.touches(path));
        kept && !self.leave_out.iter().any(|skipped| skipped.covers(path))
    }
}

impl Below {
    /// Whether a subtest is on the way to what is named, is it, or is inside of it.
    pub fn touches(&self, path: &[&str]) -> bool {
        self.parts
            .iter()
            .zip(path)
            .all(|(part, name)| fits(part, name, self.exact))
    }

    /// Whether a subtest is what is named, or is inside of it.
    pub fn covers(&self, path: &[&str]) -> bool {
        self.parts.len() <= path.len() && self.touches(path)
    }

    /// Of all subtests that turned up, those beside which the named one was expected: their names as parts of a path.
    pub fn neighbours(&self, turned_up: &[Vec<String>]) -> Vec<String> {
        let touched = |path: &[String]| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            self.touches(&path)
        };
        let known = turned_up.iter().filter(|path| touched(path)).map(Vec::len).max();
        let depth = known.unwrap_or(0);
        let beside = turned_up
            .iter()
            .filter(|path| path.len() == depth + 1 && touched(&path[..depth]));
        let names = beside.filter_map(|path| path.last());
        names.map(|name| escaped(name).into_owned()).collect()
    }
}

/// The places of the slashes that separate parts.
fn slashes(text: &str) -> impl Iterator<Item = usize> {
    let mut escaped = false;
    text.char_indices().filter_map(move |(at, c)| {
        let separates = c == '/' && !escaped;
        escaped = c == '\\' && !escaped;
        separates.then_some(at)
    })
}

fn parts(text: &str) -> Vec<String> {
    let ends = slashes(text).chain([text.len()]);
    let mut start = 0;
    ends.map(|end| {
        let part = unescaped(&text[start..end]);
        start = end + 1;
        part
    })
    .collect()
}

/// A name as a part of a path: one line, without a blank at its ends, and no slash but those that separate parts.
pub fn escaped(name: &str) -> Cow<'_, str> {
    if is_ordinary(name.as_bytes()) {
        return Cow::Borrowed(name);
    }
    let edges = name.len() - name.trim_start().len()..name.trim_end().len();
    let is_plain = |(at, c): (usize, char)| !(c == '/' || c == '\\' || c.is_control()) && edges.contains(&at);
    if name.char_indices().all(is_plain) {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len() + 8);
    for (at, c) in name.char_indices() {
        match c {
            '/' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            _ if is_plain((at, c)) => text.push(c),
            _ => {
                let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(text)
}

/// Whether nothing in it could have to be escaped. So are nearly all, and every subtest asks.
fn is_ordinary(name: &[u8]) -> bool {
    for byte in name {
        if !matches!(byte, b' '..=b'~') || matches!(byte, b'/' | b'\\') {
            return false;
        }
    }
    name.first() != Some(&b' ') && name.last() != Some(&b' ')
}

/// The name that a part stands for. A backslash before anything that it does not change is itself.
fn unescaped(part: &str) -> String {
    let mut name = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('\\') {
        name.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (c, length) = match rest.chars().next() {
            Some(c @ ('/' | '\\')) => (c, 1),
            Some('n') => ('\n', 1),
            Some('r') => ('\r', 1),
            Some('t') => ('\t', 1),
            Some('u') => code_point(rest).unwrap_or(('\\', 0)),
            _ => ('\\', 0),
        };
        name.push(c);
        rest = &rest[length..];
    }
    name + rest
}

/// `u{1b}` at the start of a text: the character and the length.
fn code_point(text: &str) -> Option<(char, usize)> {
    let (digits, _) = text.strip_prefix("u{")?.split_once('}')?;
    let c = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)?;
    Some((c, digits.len() + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(filters: &[&str], exact: bool, path: &[&str]) -> Option<bool> {
        let filters: Vec<Filter> = filters.iter().map(|text| Filter::new(*text, exact)).collect();
        let names = ["store::storage", "the storage"];
        let named = filters.iter().any(|filter| filter.names(&names));
        named.then(|| paths(&filters, &[], &names).admit(path))
    }

    #[test]
    fn filters_reach_down_to_a_subtest() {
        // filters, exact, the path of a subtest, whether it runs; none for a suite that is not meant
        type Row<'a> = (&'a [&'a str], bool, &'a [&'a str], Option<bool>);
        let rows: &[Row<'_>] = &[
            (&["storage"], false, &["writes"], Some(true)),
            (&["storage"], true, &["writes"], None),
            (&["store::storage"], true, &["writes"], Some(true)),
            (&["the storage/writes"], true, &["writes"], Some(true)),
            (&["the storage/writes"], true, &["reads"], Some(false)),
            (&["the storage/writes"], true, &["writes", "first"], Some(true)),
            (&["the storage/writes/first"], true, &["writes"], Some(true)),
            (&["the storage/writes/first"], true, &["writes", "second"], Some(false)),
            (&["storage/wri"], false, &["writes"], Some(true)),
            (&["storage/wri"], true, &["writes"], None),
            (&["other", "storage/reads"], false, &["writes"], Some(false)),
            (&["storage/reads", "storage/writes"], false, &["writes"], Some(true)),
            (&["storage/reads", "storage"], false, &["writes"], Some(true)),
        ];
        for (filters, exact, path, expected) in rows {
            assert_eq!(
                admitted(filters, *exact, path),
                *expected,
                "{filters:?} {exact} {path:?}"
            );
        }
    }

    #[test]
    fn what_is_skipped_is_left_out_with_all_that_is_in_it() {
        // filters, what is skipped, exact, the path of a subtest, whether it runs
        type Row<'a> = (&'a [&'a str], &'a [&'a str], bool, &'a [&'a str], bool);
        let rows: &[Row<'_>] = &[
            (&[], &["storage/writes"], false, &["writes"], false),
            (&[], &["storage/writes"], false, &["writes", "first"], false),
            (&[], &["storage/writes"], false, &["reads"], true),
            (&[], &["storage/wri"], false, &["rewrites"], false),
            (&[], &["the storage/writes"], true, &["writes"], false),
            (&[], &["the storage/wri"], true, &["writes"], true),
            (&[], &["storage/writes/first"], false, &["writes"], true),
            (&[], &["storage/writes/first"], false, &["writes", "first"], false),
            (&[], &["storage/writes/first"], false, &["writes", "second"], true),
            (&[], &["other/writes"], false, &["writes"], true),
            (
                &["storage/writes"],
                &["storage/writes/first"],
                false,
                &["writes", "first"],
                false,
            ),
            (
                &["storage/writes"],
                &["storage/writes/first"],
                false,
                &["writes", "second"],
                true,
            ),
            (&["storage/writes"], &["storage/writes/first"], false, &["reads"], false),
        ];
        for (filters, skip, exact, path, expected) in rows {
            let list =
                |texts: &[&str]| -> Vec<Filter> { texts.iter().map(|text| Filter::new(*text, *exact)).collect() };
            let paths = paths(&list(filters), &list(skip), &["store::storage", "the storage"]);
            assert_eq!(paths.admit(path), *expected, "{filters:?} {skip:?} {path:?}");
        }
        let whole = |text: &str| Filter::new(text, false).names_whole(&["store::storage"]);
        assert!(whole("storage") && !whole("storage/writes") && !whole("other"));
    }

    #[test]
    fn any_name_can_be_a_part_of_a_path() {
        for (name, text) in [
            ("plain words", "plain words"),
            ("a/b", "a\\/b"),
            ("a\\/b", "a\\\\\\/b"),
            ("two\nlines\r\n\t", "two\\nlines\\r\\n\\t"),
            ("\u{1b}[31m\0\u{7f}", "\\u{1b}[31m\\u{0}\\u{7f}"),
            (" a b ", "\\u{20}a b\\u{20}"),
            ("\u{a0}", "\\u{a0}"),
            ("\\n", "\\\\n"),
            ("\\", "\\\\"),
            ("ü/ß", "ü\\/ß"),
            ("", ""),
            ("  ", "\\u{20}\\u{20}"),
        ] {
            assert_eq!(escaped(name), text, "{name:?}");
            assert_eq!(unescaped(text), name, "{text:?}");
            assert_eq!(parts(&format!("a/{text}/b")), ["a", name, "b"]);
            assert_eq!(text.trim(), text, "nothing is lost at the ends");
            assert_eq!(text.lines().count().max(1), 1, "it is one line");
            let exact = Filter::new(format!("storage/{text}/x"), true);
            let paths = paths(std::slice::from_ref(&exact), &[], &["storage"]);
            assert!(paths.admit(&[name]) && paths.admit(&[name, "x"]), "{name:?}");
            assert!(!paths.admit(&[name, "y"]) && !paths.admit(&["other"]), "{name:?}");
        }
        // What nobody wrote to be changed stays.
        for text in [
            "a\\b",
            "\\",
            "C:\\dir",
            "\\u",
            "\\u{",
            "\\u{}",
            "\\u{d800}",
            "\\u{110000}",
            "\\u{-1}",
        ] {
            assert_eq!(unescaped(text), text);
        }
    }

    #[test]
    fn titles_with_slashes_are_found() {
        let names = ["io::both", "reads/writes"];
        for (text, below) in [
            ("reads/writes", Some(vec![])),
            ("reads\\/writes", Some(vec![])),
            ("reads/writes/a", Some(vec!["a"])),
            ("reads\\/writes/a\\/b/c", Some(vec!["a/b", "c"])),
            ("io::both/a", Some(vec!["a"])),
            ("reads/a", None),
        ] {
            let below: Option<Vec<String>> =
                below.map(|parts: Vec<&str>| parts.into_iter().map(str::to_owned).collect());
            let seen = Filter::new(text, true).inside(&names).map(|it| it.parts);
            assert_eq!(seen, below, "{text}");
        }
    }

    #[test]
    fn what_was_expected_beside_what() {
        let turned_up: Vec<Vec<String>> = [
            &["reads"] as &[&str],
            &["reads", "a/b"],
            &["writes"],
            &["writes", "first"],
            &["writes", "last"],
        ]
        .iter()
        .map(|path| path.iter().map(|&name| name.to_owned()).collect())
        .collect();
        for (text, names) in [
            ("storage/wrties", vec!["reads", "writes"]),
            ("storage/writes/frist", vec!["first", "last"]),
            ("storage/reads/deep", vec!["a\\/b"]),
            ("storage/writes/first/deep", vec![]),
        ] {
            let paths = paths(&[Filter::new(text, true)], &[], &["storage"]);
            assert_eq!(paths.wanted()[0].neighbours(&turned_up), names, "{text}");
        }
    }
}
