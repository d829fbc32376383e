//! Filters: which suites a text names, and which subtests in them.
//!
//! `storage` names a suite; `storage/writes` one of its subtests, `storage/writes/first` one inside of that. Without
//! `exact` every part is looked for inside of a name; with it every part is a whole name. In a part a backslash changes
//! the next character: `\/` is a slash of the name, `\\` a backslash, `\n`, `\r`, `\t` and `\u{1b}` what they are in Rust.

#[cfg(test)]
mod tests;

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
        false => is_in(part.as_bytes(), name.as_bytes()),
    }
}

/// Whether a part of a name is in it. A loop: names are short, and the standard library has not prepared its search by the
/// time that this one has ended.
fn is_in(part: &[u8], name: &[u8]) -> bool {
    let Some((first, rest)) = part.split_first() else {
        return true;
    };
    if part.len() > name.len() {
        return false;
    }
    let (mut at, end) = (0, name.len() - rest.len());
    while at < end {
        if name[at] == *first && name[at + 1..].starts_with(rest) {
            return true;
        }
        at += 1;
    }
    false
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
