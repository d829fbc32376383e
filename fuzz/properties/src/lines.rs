//! Command lines and variables: an answer for each, and the same one every time.

use std::ffi::OsString;
use std::time::Duration;

use async_test_runtime::options::{Options, OptionsError, Parsed};

const FORMATS: &[&str] = &["pretty", "terse", "tap", "json", "events", "github"];

fn is_told(error: &OptionsError) {
    let text = error.to_string();
    assert!(!text.trim().is_empty());
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}

fn parse(args: &[&str], vars: &[(&str, &str)]) -> Result<Parsed, OptionsError> {
    let get = |name: &str| vars.iter().find(|it| it.0 == name).map(|it| OsString::from(it.1));
    Options::parse(args.iter().map(OsString::from), &get, FORMATS)
}

/// Each line of the text is a word.
pub fn command_line(text: &str) {
    let words: Vec<&str> = text.lines().collect();
    let first = parse(&words, &[]);
    match &first {
        Ok(Parsed::Help(help)) => assert!(help.contains("--help")),
        Ok(Parsed::Run(options, _)) => {
            // What stands behind `--` is a filter, whatever it looks like. Behind a flag it may be the value of that.
            let is_end = |pair: &[&str]| !pair[0].starts_with('-') && pair[1] == "--";
            let end = match words.first() {
                Some(&"--") => Some(0),
                _ => words.windows(2).position(is_end).map(|before| before + 1),
            };
            let behind = end.map_or(&words[..0], |end| &words[end + 1..]);
            assert!(
                behind.iter().all(|word| options.filters.iter().any(|it| it == word)),
                "{words:?}"
            );
        }
        Err(error) => is_told(error),
    }
    assert_eq!(first, parse(&words, &[]));
}

/// Each line of the text is a variable, `NAME=value`.
pub fn environment(text: &str) {
    let vars: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once('=')).collect();
    let get = |name: &str| vars.iter().find(|it| it.0 == name).map(|it| OsString::from(it.1));
    match Options::from_env(&get, FORMATS) {
        Ok((options, _)) => match parse(&[], &vars) {
            Ok(Parsed::Run(other, _)) => assert_eq!(options, *other, "the same variables under both harnesses"),
            other => panic!("{other:?}"),
        },
        Err(error) => is_told(&error),
    }
}

/// A second look at how long a text is: units from large to small, each once, and no overflow.
fn milliseconds(text: &str) -> Option<u128> {
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) {
        return Some(text.parse::<u64>().ok()? as u128 * 1000);
    }
    let (mut rest, mut total) = (text, 0);
    for (unit, factor) in [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        if &tail[..letters] == unit {
            total += u128::from(number.parse::<u64>().ok()?) * factor;
            rest = &tail[letters..];
        }
    }
    (rest.is_empty() && !text.is_empty() && total <= u128::from(u64::MAX)).then_some(total)
}

pub fn duration(text: &str) {
    let Ok(Parsed::Run(options, _)) = parse(&[&format!("--grace-period={text}")], &[]) else {
        assert_eq!(milliseconds(text), None, "{text:?} is a time");
        return;
    };
    if text != "none" {
        assert_eq!(
            options.grace_period.map(|time| time.as_millis()),
            milliseconds(text),
            "{text:?}"
        );
        assert!(options.grace_period.unwrap_or_default() <= Duration::MAX);
    }
}

/// The text is what `--test_filter` gives.
pub fn bazel_filter(text: &str) {
    if text.contains('\0') {
        return;
    }
    let parsed = parse(&[], &[("BAZEL_TEST", "1"), ("TESTBRIDGE_TEST_ONLY", text)]);
    match parsed {
        Ok(Parsed::Run(options, _)) => {
            let mut words: Vec<String> = options.bazel.except.iter().map(|word| format!("-{word}")).collect();
            words.extend(options.bazel.only.iter().cloned());
            let mut parts: Vec<&str> = text.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
            parts.sort_unstable();
            words.sort();
            assert_eq!(words, parts);
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => is_told(&error),
    }
}
