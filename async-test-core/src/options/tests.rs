//! Tests of the options as a whole; those of single parts stand beside the parts.

use std::ffi::OsString;

use super::{Options, OptionsError, Parsed, Warning};

mod bazel;
mod environment;
mod errors;
mod flags_and_help;
mod lines;
mod surroundings;
mod words;

/// Names and values of variables.
type Variables<'a> = &'a [(&'a str, &'a str)];

/// What a build with two reporters of its own knows.
const FORMATS: &[&str] = &["pretty", "terse", "tap", "json", "junit"];

fn parse(line: &[&str], variables: Variables<'_>) -> Result<Parsed, OptionsError> {
    let get = |name: &str| -> Option<OsString> {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| OsString::from(value))
    };
    Options::parse(line.iter().map(OsString::from), &get, FORMATS)
}

#[track_caller]
fn run(line: &[&str], variables: Variables<'_>) -> (Options, Vec<Warning>) {
    match parse(line, variables) {
        Ok(Parsed::Run(options, warnings)) => (*options, warnings),
        other => panic!("{line:?} {variables:?}: {other:?}"),
    }
}

/// The options of a line that must not warn.
#[track_caller]
fn options(line: &[&str], variables: Variables<'_>) -> Options {
    let (options, warnings) = run(line, variables);
    assert_eq!(warnings, [], "{line:?} {variables:?}");
    options
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn named(format: &str) -> Options {
    Options {
        format: format.to_owned(),
        ..Options::default()
    }
}

fn filtered(filters: &[&str]) -> Options {
    Options {
        filters: strings(filters),
        ..Options::default()
    }
}
