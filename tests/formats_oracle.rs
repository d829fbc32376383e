//! The same suites under the built-in harness and under `main!`: equal outcomes, equal exit codes, and equal output in
//! every format that both have, but for times, the order of lines and what is said about a failure.

#[path = "oracle/programs.rs"]
mod programs;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use programs::{Variables, oracle, run};

/// What one command line shows of both programs, after `sanitised`.
#[track_caller]
fn equal_under(variables: Variables<'_>, args: &[&str], sanitised: impl Fn(&str) -> Vec<String>) {
    let oracle = oracle();
    let [builtin, ours] = [&oracle.builtin, &oracle.ours].map(|program| run(program, args, variables));
    let about = format!("{args:?} {variables:?}\n{}\n{}", builtin.out, ours.out);
    assert_eq!(builtin.code, ours.code, "{about}");
    let (expected, got) = (sanitised(&builtin.out), sanitised(&ours.out));
    assert!(!expected.is_empty(), "nothing is left: {about}");
    assert_eq!(expected, got, "{about}");
}

/// The same for each of many command lines.
#[track_caller]
fn equal(lines: &[&[&str]], sanitised: impl Fn(&str) -> Vec<String>) {
    for args in lines {
        equal_under(&[], args, &sanitised);
    }
}

/// Which tests a command line is about, in every format.
const SELECTIONS: &[&[&str]] = &[
    &[],
    &["passes"],
    &["inner::"],
    &["--exact", "suites::inner::passes"],
    &["--exact", "suites::passes", "suites::inner::deeper::fails"],
    &["nothing_is_called_so"],
    &["--skip", "panic", "--skip", "fails"],
    &["--ignored"],
    &["--include-ignored"],
    &["--include-ignored", "ignored"],
    &["--exclude-should-panic"],
    &["passes", "--", "inner"],
];

fn with<'a>(flags: &[&'a str]) -> Vec<Vec<&'a str>> {
    let gate = ["-Z", "unstable-options"];
    let line = |selection: &&[&'a str]| {
        // Flags first: what follows a lone `--` is a filter.
        let mut line = [flags, selection].concat();
        if line.contains(&"--exclude-should-panic") && !line.contains(&"-Z") {
            line.extend(gate);
        }
        line
    };
    SELECTIONS.iter().map(line).collect()
}

#[track_caller]
fn equal_with(flags: &[&str], sanitised: impl Fn(&str) -> Vec<String>) {
    let lines = with(flags);
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    equal(&lines, sanitised);
}

fn result_line(line: &str) -> Option<String> {
    let (counts, _) = line.strip_prefix("test result: ")?.split_once("; finished in ")?;
    Some(format!("test result: {counts}"))
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// A row of a test with `<>` for the time it took.
fn without_time(row: &str) -> String {
    match row.rsplit_once(" <") {
        Some((row, time)) if time.ends_with("s>") => format!("{row} <>"),
        _ => row.to_owned(),
    }
}

/// Without what sets colours.
fn without_colors(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        let end = if after.starts_with('(') { 'B' } else { 'm' };
        rest = after.split_once(end).map_or("", |(_, after)| after);
    }
    plain + rest
}

/// The heading, the row of each test, the list of failures and the result.
fn pretty(text: &str) -> Vec<String> {
    let text = &without_colors(text).replace("failures (time limit exceeded):", "failures:");
    let list = text
        .rfind("\nfailures:\n")
        .map(|at| &text[at + "\nfailures:\n".len()..]);
    let names = list
        .into_iter()
        .flat_map(|list| list.lines().take_while(|line| line.starts_with("    ")));
    let lines = text.lines().filter_map(|line| match line {
        line if line.starts_with("running ") => Some(line.to_owned()),
        line if line.starts_with("test result: ") => result_line(line),
        // Ours says why a failure is no failure.
        line if line.starts_with("test ") => line.split(" (todo").next().map(without_time),
        _ => None,
    });
    sorted(lines.chain(names.map(str::to_owned)).collect())
}

#[test]
fn pretty_output_is_equal() {
    equal_with(&[], pretty);
    equal(&[&["--format", "pretty", "--test-threads", "1"]], pretty);
    let more: &[&[&str]] = &[
        &["-Z", "unstable-options", "--report-time"],
        &["-Z", "unstable-options", "--shuffle-seed", "17"],
        &["-Z", "unstable-options", "--force-run-in-process", "passes"],
        &["-Z", "unstable-options", "--fail-fast", "--exact", "suites::fails"],
        &["--show-output"],
        &["--color", "always"],
        &["--color", "never"],
        &["--bench"],
        &["--bench", "--include-ignored", "ignored"],
        &["--bench", "--test"],
        &["--test"],
        &["--test-threads=3", "--skip=panic", "--skip=fails"],
    ];
    equal(more, pretty);
    for flag in ["--nocapture", "--no-capture"] {
        equal(&[&[flag, "--test-threads=1", "inner"]], past_reports);
    }
}

/// Without the report of a suite that fails, which stands before the harness's word on it where nothing is captured. One
/// test after the other: else it may come in the middle of what the harness says of another.
fn past_reports(text: &str) -> Vec<String> {
    let Some((before, rest)) = text.split_once("... \u{2717}") else {
        return pretty(text);
    };
    let (_, after) = rest
        .split_once("\nFAILED")
        .expect("the harness says it after the report");
    pretty(&format!("{before}... FAILED{after}"))
}

/// The heading, how often each character stands in the rows, the named failures, and the result.
fn terse(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut characters: BTreeMap<char, usize> = BTreeMap::new();
    let rows = text.split("\nfailures:\n").next().unwrap_or_default();
    for line in rows.lines().filter(|line| !line.is_empty()) {
        if line.starts_with("running ") || line.contains(" --- ") {
            lines.push(line.to_owned());
        } else if line.chars().all(|c| ".i0123456789/ ".contains(c)) {
            let row = line.split(' ').next().unwrap_or_default();
            row.chars().for_each(|c| *characters.entry(c).or_default() += 1);
        }
    }
    lines.extend(text.lines().filter_map(result_line));
    lines.extend(characters.iter().map(|(c, count)| format!("{c} {count}")));
    sorted(lines)
}

#[test]
fn terse_output_is_equal() {
    equal_with(&["-q"], terse);
    equal(&[&["--format", "terse", "--test-threads", "1"]], terse);
}

/// Every object, with `true` for a text about a failure and for a time.
fn json(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| {
            let mut value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            if let Some(fields) = value.as_object_mut() {
                let is_failure = fields.get("event") == Some(&Value::from("failed"));
                for (key, value) in fields.iter_mut() {
                    if key == "exec_time" || (key == "message" && is_failure) {
                        *value = Value::from(true);
                    }
                }
                // The harness leaves it out where a test that should panic printed nothing; ours always explains.
                fields.remove("stdout");
            }
            value.to_string()
        })
        .collect();
    // The first and the last line are those of the run.
    if let [_, tests @ .., _] = lines.as_mut_slice() {
        tests.sort();
    }
    lines
}

const UNSTABLE: [&str; 4] = ["--format", "json", "-Z", "unstable-options"];

#[test]
fn json_is_equal() {
    equal_with(&UNSTABLE, json);
    let more: Vec<Vec<&str>> = [
        &["--report-time"] as &[&str],
        &["--shuffle-seed", "17"],
        &["--show-output", "--test-threads", "1"],
        &["--format=json", "-Zunstable-options"],
    ]
    .iter()
    .map(|flags| match flags.first() {
        Some(first) if first.starts_with("--format") => flags.to_vec(),
        _ => flags.iter().chain(&UNSTABLE).copied().collect(),
    })
    .collect();
    equal(&more.iter().map(Vec::as_slice).collect::<Vec<_>>(), json);
}

/// The form counts as well: which keys, in which order, with which spaces.
#[test]
fn json_has_the_layout_of_the_harness() {
    let layout = |text: &str| {
        let line = |line: &str| {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            // Values become `_`, so that only keys, order and spaces are left.
            let mut rest = line.to_owned();
            for (key, value) in value.as_object().into_iter().flatten() {
                let start = rest
                    .find(&format!("\"{key}\": "))
                    .unwrap_or_else(|| panic!("{key}: {line}"));
                let start = start + key.len() + 4;
                let is_tag = ["type", "event"].contains(&key.as_str());
                let mut values = serde_json::Deserializer::from_str(&rest[start..]).into_iter::<Value>();
                assert_eq!(values.next().and_then(Result::ok).as_ref(), Some(value), "{line}");
                let end = start + values.byte_offset();
                if !is_tag {
                    rest.replace_range(start..end, "_");
                }
            }
            rest.replace(", \"stdout\": _", "")
        };
        let mut lines: Vec<String> = text.lines().map(line).collect();
        lines.sort();
        lines.dedup();
        lines
    };
    equal_with(&UNSTABLE, layout);
    equal(&[&["--list", "--format", "json", "-Z", "unstable-options"]], layout);
}

#[test]
fn each_test_is_started_before_it_ends() {
    let oracle = oracle();
    for program in [&oracle.builtin, &oracle.ours] {
        let mut running = Vec::new();
        for line in run(program, &UNSTABLE, &[]).out.lines() {
            let value: Value = serde_json::from_str(line).expect("it is JSON");
            if value["type"] != "test" {
                continue;
            }
            let name = value["name"].clone();
            if value["event"] == "started" {
                running.push(name);
            } else {
                let at = running.iter().position(|it| *it == name).expect("it was started");
                running.remove(at);
            }
        }
        assert!(running.is_empty(), "{running:?}");
    }
}

#[test]
fn lists_are_equal() {
    let whole = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for flags in [&["--list"] as &[&str], &["--list", "--format", "pretty"]] {
        equal_with(flags, whole);
    }
    let terse = |text: &str| [vec!["list:".to_owned()], whole(text)].concat();
    equal_with(&["--list", "--format", "terse"], terse);
    equal_with(&["--list", "-q"], terse);
    equal_with(&["--list", "--format", "json", "-Z", "unstable-options"], whole);
}

#[test]
fn variables_of_the_harness_mean_the_same() {
    let gate = ["-Z", "unstable-options"];
    equal_under(&[("RUST_TEST_THREADS", "1")], &[], pretty);
    equal_under(&[("RUST_TEST_SHUFFLE_SEED", "17")], &gate, pretty);
    let shown = [("RUST_TEST_NOCAPTURE", "1"), ("RUST_TEST_THREADS", "1")];
    equal_under(&shown, &["inner"], past_reports);
    equal_under(&[("RUST_TEST_NOCAPTURE", "0")], &["inner"], pretty);
}

/// A limit far below what a test takes, and one far above.
#[test]
fn tests_that_take_too_long_fail() {
    for limits in ["1,5", "100000,200000"] {
        let variables = [("RUST_TEST_TIME_INTEGRATION", limits), ("RUST_TEST_TIME_UNIT", "0,1")];
        let line = ["-Z", "unstable-options", "--ensure-time", "--exact", "suites::is_slow"];
        equal_under(&variables, &line, pretty);
        equal_under(&variables, &[&line[..], &["-q"]].concat(), terse);
        equal_under(&variables, &[&line[..], &["--format", "json"]].concat(), json);
        // Only to be shown.
        let line = ["-Z", "unstable-options", "--report-time", "--exact", "suites::is_slow"];
        equal_under(&variables, &line, pretty);
    }
}

#[test]
fn the_log_is_equal() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("oracle-{}.log", std::process::id()));
    let name = file.to_str().expect("it is Unicode");
    let limits = [("RUST_TEST_TIME_INTEGRATION", "1,5")];
    let timed = ["-Z", "unstable-options", "--ensure-time", "--exact", "suites::is_slow"];
    let lines: &[(Variables<'_>, &[&str])] = &[
        (&[], &[]),
        (&[], &["--include-ignored"]),
        (&[], &["-q", "passes"]),
        (&[], &["--list"]),
        (&[], &["--list", "--format", "terse", "--ignored"]),
        (&limits, &timed),
        (&[], &["-Z", "unstable-options", "--report-time", "inner"]),
    ];
    // Why a test failed is told in other words.
    let line = |line: &str| match line.strip_prefix("failed: ") {
        Some(rest) => format!("failed: {}", rest.rsplit(' ').next().unwrap_or_default()),
        None => without_time(line),
    };
    let oracle = oracle();
    for (variables, args) in lines {
        let [expected, got] = [&oracle.builtin, &oracle.ours].map(|program| {
            let ended = run(program, &[*args, &["--logfile", name]].concat(), variables);
            let text = fs::read_to_string(&file).expect("the log can be read");
            fs::remove_file(&file).expect("the log can be removed");
            // The harness does not keep a message on its line.
            let text = text.replace("\n ", " ");
            (ended.code, sorted(text.lines().map(line).collect()))
        });
        assert!(!expected.1.is_empty(), "{args:?}");
        assert_eq!(expected, got, "{args:?}");
    }
}

/// What the harness refuses, ours refuses, before any test has run; and what it is fine with, ours is, too.
#[test]
fn bad_lines_end_alike() {
    let lines: &[(Variables<'_>, &[&str])] = &[
        (&[], &["--test-threads", "0"]),
        (&[], &["--test-threads", "many"]),
        (&[], &["--test-threads", "1", "--test-threads", "2"]),
        (&[], &["-q", "--quiet"]),
        (&[], &["--exact", "--exact"]),
        (&[], &["--exact=3"]),
        (&[], &["--skip"]),
        (&[], &["--color", "red"]),
        (&[], &["--format", "jsn"]),
        (&[], &["--ignored", "--include-ignored"]),
        (&[], &["--shuffle-seed", "x", "-Z", "unstable-options"]),
        (&[], &["--logfile", "/nowhere/at/all.log"]),
        (&[], &["--logfile", "/"]),
        (&[], &["--list", "--logfile", "/nowhere/at/all.log"]),
        (&[("RUST_TEST_THREADS", "0")], &[]),
        (&[("RUST_TEST_THREADS", "many")], &[]),
        (
            &[("RUST_TEST_TIME_UNIT", "5")],
            &["--report-time", "-Z", "unstable-options"],
        ),
        (
            &[("RUST_TEST_TIME_INTEGRATION", "5,x")],
            &["--ensure-time", "-Z", "unstable-options"],
        ),
        (&[("RUST_TEST_TIME_UNIT", "5")], &["inner::passes"]),
        (&[], &["-h"]),
        (&[], &["--help", "--test-threads", "0"]),
        (&[], &["--", "--help"]),
        (&[], &[""]),
    ];
    let oracle = oracle();
    for (variables, args) in lines {
        let [expected, got] = [&oracle.builtin, &oracle.ours].map(|program| {
            let ended = run(program, args, variables);
            (ended.code, ended.out.contains("test result: "))
        });
        assert_eq!(expected, got, "{args:?} {variables:?}");
    }
}
