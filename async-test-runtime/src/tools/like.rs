//! `like!` and `unlike!`: a text and a pattern.

use std::borrow::Cow;
use std::fmt::Arguments;

use regex_lite::Regex;

use crate::claim::Detail;
use crate::suite::Suite;
use crate::tools::{Call, send};

/// Checks that a text matches a regular expression somewhere and returns whether it does. Both are anything that gives
/// a `&str`. The syntax is that of the crate `regex-lite`; a pattern that is none fails the check and says so.
#[macro_export]
macro_rules! like {
    ($text:expr, $pattern:expr $(,)?) => {
        $crate::__rt::like(
            ::core::convert::AsRef::<str>::as_ref(&$text),
            ::core::convert::AsRef::<str>::as_ref(&$pattern),
            ::core::option::Option::None,
            ::core::concat!(::core::stringify!($text), " is like ", ::core::stringify!($pattern)),
        )
    };
    ($text:expr, $pattern:expr, $($message:tt)+) => {
        $crate::__rt::like(
            ::core::convert::AsRef::<str>::as_ref(&$text),
            ::core::convert::AsRef::<str>::as_ref(&$pattern),
            ::core::option::Option::Some(::core::format_args!($($message)+)),
            ::core::concat!(::core::stringify!($text), " is like ", ::core::stringify!($pattern)),
        )
    };
}

/// Checks that a text does not match a regular expression anywhere and returns whether that is so; see [`like!`].
#[macro_export]
macro_rules! unlike {
    ($text:expr, $pattern:expr $(,)?) => {
        $crate::__rt::unlike(
            ::core::convert::AsRef::<str>::as_ref(&$text),
            ::core::convert::AsRef::<str>::as_ref(&$pattern),
            ::core::option::Option::None,
            ::core::concat!(::core::stringify!($text), " is unlike ", ::core::stringify!($pattern)),
        )
    };
    ($text:expr, $pattern:expr, $($message:tt)+) => {
        $crate::__rt::unlike(
            ::core::convert::AsRef::<str>::as_ref(&$text),
            ::core::convert::AsRef::<str>::as_ref(&$pattern),
            ::core::option::Option::Some(::core::format_args!($($message)+)),
            ::core::concat!(::core::stringify!($text), " is unlike ", ::core::stringify!($pattern)),
        )
    };
}

/// Whether the text matches, and what there is to say where it does not.
fn matched(text: &str, pattern: &str) -> (bool, Detail) {
    match Regex::new(pattern) {
        Ok(regex) if regex.is_match(text) => (true, Detail::new()),
        Ok(_) => {
            let detail = Detail::new().expected_got(format!("a match of /{pattern}/"), format!("{text:?}"));
            (false, detail)
        }
        Err(error) => (false, bad_pattern(pattern, &error)),
    }
}

fn unmatched(text: &str, pattern: &str) -> (bool, Detail) {
    match Regex::new(pattern) {
        Ok(regex) => match regex.find(text) {
            None => (true, Detail::new()),
            Some(found) => {
                let detail = Detail::new().expected_got(format!("no match of /{pattern}/"), format!("{text:?}"));
                (
                    false,
                    detail.note(format!("byte {} on: {:?}", found.start(), found.as_str())),
                )
            }
        },
        Err(error) => (false, bad_pattern(pattern, &error)),
    }
}

fn bad_pattern(pattern: &str, error: &regex_lite::Error) -> Detail {
    Detail::new().note(format!("/{pattern}/ is no regular expression: {error}"))
}

#[doc(hidden)]
#[track_caller]
pub fn like(text: &str, pattern: &str, message: Option<Arguments<'_>>, expression: &'static str) -> bool {
    let (held, detail) = matched(text, pattern);
    Call { message, expression }.send("like!", held, || detail)
}

#[doc(hidden)]
#[track_caller]
pub fn unlike(text: &str, pattern: &str, message: Option<Arguments<'_>>, expression: &'static str) -> bool {
    let (held, detail) = unmatched(text, pattern);
    Call { message, expression }.send("unlike!", held, || detail)
}

impl Suite {
    /// [`like!`](crate::like) for this suite.
    #[track_caller]
    pub fn like(&self, text: impl AsRef<str>, pattern: &str, message: impl Into<Cow<'static, str>>) -> bool {
        let (held, detail) = matched(text.as_ref(), pattern);
        send(self, held, message, || detail)
    }

    /// [`unlike!`](crate::unlike) for this suite.
    #[track_caller]
    pub fn unlike(&self, text: impl AsRef<str>, pattern: &str, message: impl Into<Cow<'static, str>>) -> bool {
        let (held, detail) = unmatched(text.as_ref(), pattern);
        send(self, held, message, || detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_pattern_fails_both_ways_and_says_why() {
        for (held, detail) in [matched("a", "("), unmatched("a", "(")] {
            assert!(!held);
            assert!(
                detail.notes[0].starts_with("/(/ is no regular expression"),
                "{:?}",
                detail.notes
            );
        }
    }
}
