//! The table of flags, the parser and the help say the same.

use std::collections::BTreeSet;

use super::super::flags::{FLAGS, Flag};
use super::super::{DEFAULT_TEST_JOBS, Options, Parsed, Warning};
use super::{FORMATS, parse, run};

fn help() -> String {
    match parse(&["--help"], &[]) {
        Ok(Parsed::Help(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// The flags at the starts of the rows of the help, so without those that a description mentions.
fn flags_in_help() -> BTreeSet<String> {
    let help = help();
    let rows = help.lines().filter(|line| line.trim_start().starts_with('-'));
    rows.flat_map(|row| row.split("  ").filter(|part| !part.is_empty()).take(1))
        .flat_map(|names| names.split(", "))
        .map(|name| name.trim().split(' ').next().unwrap_or_default().to_owned())
        .collect()
}

fn value_for(flag: &Flag) -> Option<&'static str> {
    Some(match flag.value? {
        "N" | "SEED" | "TIME" => "5",
        "WHEN" => "auto",
        "ON" => "on",
        "HOW" => "report",
        "VERSION" => "13",
        "FORMAT" => "tap",
        "FORMAT=FILE" => "tap=file",
        "I/N" => "1/2",
        "LEVELS" => "debug",
        _ => "word",
    })
}

#[test]
fn every_accepted_flag_is_in_the_help_and_the_reverse() {
    let mut accepted = BTreeSet::new();
    for flag in FLAGS {
        accepted.insert(flag.name.to_owned());
        accepted.extend(flag.short.map(|short| format!("-{short}")));
    }
    assert_eq!(flags_in_help(), accepted);

    for name in flags_in_help() {
        let flag = FLAGS
            .iter()
            .find(|flag| flag.name == name || flag.short.map(|s| format!("-{s}")) == Some(name.clone()));
        let line: Vec<&str> = [Some(name.as_str()), flag.and_then(value_for)]
            .into_iter()
            .flatten()
            .collect();
        match parse(&line, &[]) {
            Ok(Parsed::Help(_)) => assert!(["-h", "--help"].contains(&line[0])),
            Ok(Parsed::Run(options, warnings)) => {
                let unknown = warnings
                    .iter()
                    .any(|warning| matches!(warning, Warning::UnknownFlag { .. }));
                assert!(!unknown && options.filters.is_empty(), "{line:?}");
            }
            Err(error) => panic!("{line:?}: {error}"),
        }
    }
}

#[test]
fn every_flag_of_the_built_in_harness_is_accepted() {
    let harness = "--include-ignored --ignored --force-run-in-process --exclude-should-panic --test --bench --list \
                   --fail-fast -h --help --logfile --no-capture --nocapture --test-threads --skip -q --quiet --exact \
                   --color --format --show-output -Z --report-time --ensure-time --shuffle --shuffle-seed";
    let help = flags_in_help();
    for name in harness.split_whitespace() {
        assert!(help.contains(name), "{name}");
    }
}

#[test]
fn flags_that_are_mentioned_exist_and_so_do_variables() {
    let help = help();
    let words = help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let mut variables = 0;
    for word in words {
        if let Some(long) = word.strip_prefix("--").filter(|long| !long.is_empty()) {
            assert!(Flag::by_long(long).is_some(), "{word}");
        }
        variables += usize::from(word.starts_with("ASYNC_TEST_") && word.len() > "ASYNC_TEST_".len());
    }
    let ours = FLAGS.iter().filter_map(|flag| flag.variable);
    assert!(variables >= ours.filter(|variable| variable.starts_with("ASYNC_TEST_")).count());
    for variable in FLAGS.iter().filter_map(|flag| flag.variable) {
        assert!(help.contains(&format!("[{variable}]")), "{variable}");
    }
    for format in FORMATS {
        assert!(help.contains(format));
    }
}

#[test]
fn the_help_fits_a_wide_terminal_and_has_no_stray_blanks() {
    for line in help().lines() {
        assert!(line.len() <= 120, "{line}");
        assert_eq!(line, line.trim_end());
    }
}

#[test]
fn help_comes_before_wrong_values_and_after_wrong_shapes() {
    for line in [
        &["-h"][..],
        &["-qh"],
        &["--test-threads", "0", "--help"],
        &["--help", "--ignored", "--include-ignored"],
        &["--later", "--help", "filter"],
    ] {
        assert!(
            matches!(parse(line, &[("ASYNC_TEST_SEED", "?")]), Ok(Parsed::Help(_))),
            "{line:?}"
        );
    }
    for line in [
        &["--help", "--exact", "--exact"][..],
        &["--help=x"],
        &["--help", "--skip"],
    ] {
        assert!(parse(line, &[]).is_err(), "{line:?}");
    }
}

#[test]
fn the_defaults_are_those_that_the_help_names() {
    let mut named = Vec::new();
    for flag in FLAGS
        .iter()
        .filter(|flag| flag.value.is_some() && flag.name != "--seed")
    {
        let default = flag.help.split_once("default: ").map(|(_, default)| default);
        match default.and_then(|default| default.split([',', ';', ' ']).next()) {
            None | Some("as") => {}
            Some(default) => {
                named.push(flag.name);
                assert_eq!(run(&[flag.name, default], &[]).0, Options::default(), "{}", flag.name);
            }
        }
    }
    let expected = [
        "--timeout",
        "--job-timeout",
        "--signals",
        "--stray-panics",
        "--grace-period",
        "--format",
        "--log",
        "--color",
        "--tap-version",
    ];
    assert_eq!(named, expected);
    assert!(help().contains(&format!("as there is room, to {DEFAULT_TEST_JOBS}")));
}
