//! The fields of an event by their names, each as the kind of value that it has to be.

use std::borrow::Cow;
use std::time::Duration;

use crate::escape::controls;
use crate::json::Json;
use crate::place::Place;

/// What is wrong with an event, as the end of a sentence about its line.
pub(super) type Fault = String;

/// An object. Where a field comes twice the first one counts.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a [(Cow<'a, str>, Json<'a>)]);

impl<'a> Fields<'a> {
    pub(super) fn of(json: &'a Json<'a>) -> Option<Fields<'a>> {
        match json {
            Json::Object(fields) => Some(Fields(fields)),
            _ => None,
        }
    }

    pub(super) fn get(self, key: &str) -> Option<&'a Json<'a>> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn has(self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn need<T>(self, key: &str, value: Option<T>) -> Result<T, Fault> {
        value.ok_or_else(|| format!("lacks the field `{key}`"))
    }

    /// A field that may be missing.
    fn read<T>(self, key: &str, kind: &str, read: impl FnOnce(&'a Json<'a>) -> Option<T>) -> Result<Option<T>, Fault> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => Err(format!("has a field `{key}` that is no {kind}")),
            },
        }
    }

    pub(super) fn maybe_text(self, key: &str) -> Result<Option<String>, Fault> {
        self.read(key, "text", text)
    }

    pub(super) fn text(self, key: &str) -> Result<String, Fault> {
        self.need(key, self.maybe_text(key)?)
    }

    pub(super) fn maybe_texts(self, key: &str) -> Result<Option<Vec<String>>, Fault> {
        self.read(key, "list of texts", |value| list(value)?.iter().map(text).collect())
    }

    pub(super) fn texts(self, key: &str) -> Result<Vec<String>, Fault> {
        self.need(key, self.maybe_texts(key)?)
    }

    pub(super) fn maybe_count(self, key: &str) -> Result<Option<u64>, Fault> {
        self.read(key, "whole number", whole)
    }

    /// A whole number that is not larger than its type takes.
    pub(super) fn count<T: TryFrom<u64>>(self, key: &str) -> Result<T, Fault> {
        let count = self.need(key, self.maybe_count(key)?)?;
        T::try_from(count).map_err(|_| format!("has a field `{key}` that is too large"))
    }

    /// A number; `null` is one that could not be computed.
    pub(super) fn number(self, key: &str) -> Result<f64, Fault> {
        let number = self.read(key, "number", |value| match value {
            Json::Null => Some(f64::NAN),
            Json::Number(digits) => digits.parse().ok(),
            _ => None,
        });
        self.need(key, number?)
    }

    pub(super) fn bool(self, key: &str) -> Result<bool, Fault> {
        let value = self.read(key, "`true` or `false`", |value| match value {
            Json::Bool(value) => Some(*value),
            _ => None,
        });
        self.need(key, value?)
    }

    /// Whole nanoseconds.
    pub(super) fn time(self, key: &str) -> Result<Duration, Fault> {
        self.count(key).map(Duration::from_nanos)
    }

    /// A number of tests. Sums of many of them are in reach, too.
    pub(super) fn tests(self, key: &str) -> Result<u64, Fault> {
        const MOST: u64 = 1 << 40;
        let count = self.count(key)?;
        match count {
            0..=MOST => Ok(count),
            _ => Err(format!("has a field `{key}` that is too large")),
        }
    }

    /// A text that says something else.
    pub(super) fn maybe_said<T>(
        self,
        key: &str,
        kind: &str,
        meaning: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        self.read(key, kind, |value| meaning(&text(value)?))
    }

    pub(super) fn seed(self) -> Result<u64, Fault> {
        let seed = self.maybe_said("seed", "number in a text", |digits| digits.parse().ok());
        self.need("seed", seed?)
    }

    pub(super) fn maybe_object(self, key: &str) -> Result<Option<Fields<'a>>, Fault> {
        self.read(key, "object", Fields::of)
    }

    pub(super) fn object(self, key: &str) -> Result<Fields<'a>, Fault> {
        self.need(key, self.maybe_object(key)?)
    }

    pub(super) fn maybe_objects(self, key: &str) -> Result<Option<Vec<Fields<'a>>>, Fault> {
        self.read(key, "list of objects", |value| {
            list(value)?.iter().map(Fields::of).collect()
        })
    }

    pub(super) fn objects(self, key: &str) -> Result<Vec<Fields<'a>>, Fault> {
        self.need(key, self.maybe_objects(key)?)
    }

    pub(super) fn maybe_place(self, key: &str) -> Result<Option<Place>, Fault> {
        let Some(at) = self.maybe_object(key)? else {
            return Ok(None);
        };
        Ok(Some(Place {
            file: at.text("file")?.into(),
            line: at.count("line")?,
            column: at.count("column")?,
        }))
    }

    pub(super) fn place(self, key: &str) -> Result<Place, Fault> {
        self.need(key, self.maybe_place(key)?)
    }

    /// A word of a fixed set.
    pub(super) fn word<T>(self, key: &str, meaning: impl FnOnce(&str) -> Option<T>) -> Result<T, Fault> {
        let word = self.text(key)?;
        meaning(&word).ok_or_else(|| format!("has an unknown {key} `{}`", shown(&word)))
    }
}

/// A text of the stream in a message: on one line, harmless to a terminal, and not longer than anybody reads.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let end = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
    let mut shown = controls(&text[..end]).into_owned();
    if end < text.len() {
        shown.push_str("...");
    }
    shown
}

fn text(value: &Json<'_>) -> Option<String> {
    match value {
        Json::Text(text) => Some(text.clone().into_owned()),
        _ => None,
    }
}

fn whole(value: &Json<'_>) -> Option<u64> {
    match value {
        Json::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}

fn list<'a>(value: &'a Json<'a>) -> Option<&'a [Json<'a>]> {
    match value {
        Json::List(items) => Some(items),
        _ => None,
    }
}
