//! The command lines of real tools: what has to run, how the program has to end, and which form the output has to have.
//!
//! Each row is held against two programs of the same suites, one with the built-in harness and one with `main!`, so the
//! table is true of the harness that the tools were made for. Rows for tools that speak to programs of their own kind
//! only are for ours alone.

#[path = "oracle/programs.rs"]
mod programs;

use std::collections::BTreeSet;

use serde_json::Value;

use programs::{Run, Variables, oracle, run};

/// The form of the output.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Shape {
    /// Rows, `test NAME ... ok`, between a heading and the result.
    Pretty,
    /// Characters between a heading and the result.
    Terse,
    /// An object a line.
    Json,
    /// `NAME: test`, then how many there are.
    List,
    /// `NAME: test` and nothing else.
    Names,
    /// The same as objects.
    JsonList,
}
use Shape::{Json, JsonList, List, Names, Pretty, Terse};

/// Who has the command line.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Who {
    /// Every test program.
    Both,
    /// Programs with `main!`.
    Ours,
}
use Who::{Both, Ours};

struct Row {
    /// The tool that uses the line.
    tool: &'static str,
    /// The arguments, with single spaces between them.
    line: &'static str,
    variables: Variables<'static>,
    who: Who,
    code: i32,
    /// What runs or is listed, with what became of it.
    tests: Tests,
    shape: Shape,
}

/// Names after `suites::`; a prefix says what became of the test: none that it passed, `!` that it failed, `~` that it was
/// ignored.
type Tests = &'static [&'static str];

const ALL: Tests = &[
    "passes",
    "!fails",
    "!fails_in_a_subtest",
    "!panics",
    "!returns_an_error",
    "is_blocking",
    "is_slow",
    "is_forgiven",
    "~is_ignored",
    "~is_ignored_with_a_reason",
    "panics_as_it_should",
    "panics_with_the_right_words",
    "!does_not_panic",
    "!panics_with_the_wrong_words",
    "inner::passes",
    "!inner::deeper::fails",
];

const LISTED: Tests = &[
    "passes",
    "fails",
    "fails_in_a_subtest",
    "panics",
    "returns_an_error",
    "is_blocking",
    "is_slow",
    "is_forgiven",
    "is_ignored",
    "is_ignored_with_a_reason",
    "panics_as_it_should",
    "panics_with_the_right_words",
    "does_not_panic",
    "panics_with_the_wrong_words",
    "inner::passes",
    "inner::deeper::fails",
];

const IGNORED: Tests = &["is_ignored", "is_ignored_with_a_reason"];
const INNER: Tests = &["inner::passes", "!inner::deeper::fails"];

/// The variables that cargo-nextest sets when it runs one test.
const NEXTEST: Variables<'static> = &[
    ("NEXTEST", "1"),
    ("NEXTEST_EXECUTION_MODE", "process-per-test"),
    ("NEXTEST_RUN_ID", "2fb5e0a8-5c6b-4d2e-9c46-8a1e4c1f5a11"),
    ("NEXTEST_ATTEMPT", "1"),
    ("NEXTEST_TOTAL_ATTEMPTS", "1"),
];

const BAZEL: Variables<'static> = &[("BAZEL_TEST", "1"), ("TESTBRIDGE_TEST_ONLY", "suites::inner::")];

macro_rules! rows {
    ($($tool:literal: $line:literal $(with $variables:expr)?, $who:expr, $code:literal, $tests:expr, $shape:expr;)*) => {
        &[$(Row {
            tool: $tool,
            line: $line,
            variables: rows!(@ $($variables)?),
            who: $who,
            code: $code,
            tests: $tests,
            shape: $shape,
        }),*]
    };
    (@) => { &[] };
    (@ $variables:expr) => { $variables };
}

#[rustfmt::skip]
const ROWS: &[Row] = rows![
    "cargo test": "", Both, 101, ALL, Pretty;
    "cargo test -q": "--quiet", Both, 101, ALL, Terse;
    "cargo test NAME": "inner", Both, 101, INNER, Pretty;
    "cargo test -q NAME": "--quiet is_blocking", Both, 0, &["is_blocking"], Terse;
    "cargo test NAME, which names nothing": "nothing_is_called_so", Both, 0, &[], Pretty;
    "cargo test A -- B": "is_blocking is_slow", Both, 0, &["is_blocking", "is_slow"], Pretty;
    "cargo test NAME -- --exact": "suites::passes --exact", Both, 0, &["passes"], Pretty;
    "cargo test -- --exact NAME, which names nothing": "passes --exact", Both, 0, &[], Pretty;
    "cargo test -- --skip": "inner --skip fails", Both, 0, &["inner::passes"], Pretty;
    "cargo test -- --skip=": "--skip=panic inner --skip=deeper", Both, 0, &["inner::passes"], Pretty;
    "cargo test -- --exact --skip": "suites::inner::passes suites::is_slow --exact --skip suites::inner::passes", Both, 0, &["is_slow"], Pretty;
    "cargo test -- --nocapture": "inner --nocapture", Both, 101, INNER, Pretty;
    "cargo test -- --no-capture": "inner --no-capture", Both, 101, INNER, Pretty;
    "cargo test -- --show-output": "--show-output inner", Both, 101, INNER, Pretty;
    "cargo test -- --test-threads 1": "--test-threads 1", Both, 101, ALL, Pretty;
    "cargo test -- --test-threads=1": "inner --test-threads=1", Both, 101, INNER, Pretty;
    "cargo test -- --color always": "inner --color always", Both, 101, INNER, Pretty;
    "cargo test -- --color=never": "inner --color=never", Both, 101, INNER, Pretty;
    "cargo test -- --ignored": "--ignored", Both, 0, IGNORED, Pretty;
    "cargo test NAME -- --ignored": "passes --ignored", Both, 0, &[], Pretty;
    "cargo test -- --include-ignored": "ignored --include-ignored", Both, 0, IGNORED, Pretty;
    "cargo test NAME, ignored": "ignored", Both, 0, &["~is_ignored", "~is_ignored_with_a_reason"], Pretty;
    "cargo test -- --list": "--list", Both, 0, LISTED, List;
    "cargo test -- --list NAME": "--list inner", Both, 0, &["inner::passes", "inner::deeper::fails"], List;
    "cargo test -- --list --format terse": "--list --format terse", Both, 0, LISTED, Names;
    "cargo test -- --list --format=terse NAME": "--list --format=terse is_slow", Both, 0, &["is_slow"], Names;
    "cargo test -- -- NAME": "-- is_slow", Both, 0, &["is_slow"], Pretty;
    "cargo test -- --test": "--test is_slow", Both, 0, &["is_slow"], Pretty;
    "cargo bench": "--bench", Both, 0, &[
        "~passes", "~fails", "~fails_in_a_subtest", "~panics", "~returns_an_error", "~is_blocking", "~is_slow",
        "~is_forgiven", "~is_ignored", "~is_ignored_with_a_reason", "~panics_as_it_should",
        "~panics_with_the_right_words", "~does_not_panic", "~panics_with_the_wrong_words", "~inner::passes",
        "~inner::deeper::fails",
    ], Pretty;
    "RUST_TEST_THREADS=1 cargo test": "inner" with &[("RUST_TEST_THREADS", "1")], Both, 101, INNER, Pretty;
    "RUST_TEST_NOCAPTURE=1 cargo test": "inner" with &[NO_CAPTURE], Both, 101, INNER, Pretty;
    "cargo +nightly test -- --shuffle": "-Z unstable-options --shuffle inner", Both, 101, INNER, Pretty;
    "cargo +nightly test -- --exclude-should-panic": "-Z unstable-options --exclude-should-panic panic", Both, 101, &["!panics"], Pretty;
    "cargo +nightly test -- --report-time": "-Zunstable-options --report-time inner", Both, 101, INNER, Pretty;

    "nextest, the list": "--list --format terse" with &[("NEXTEST", "1"), ("NEXTEST_RUN_ID", "x")], Both, 0, LISTED, Names;
    "nextest, the ignored ones": "--list --format terse --ignored" with &[("NEXTEST", "1")], Both, 0, IGNORED, Names;
    "nextest, a test": "--exact suites::inner::passes --nocapture" with NEXTEST, Both, 0, &["inner::passes"], Pretty;
    "nextest, a failing test": "--exact suites::fails --nocapture" with NEXTEST, Both, 101, &["!fails"], Pretty;
    "nextest, one that should panic": "--exact suites::panics_as_it_should --nocapture" with NEXTEST, Both, 0, &["panics_as_it_should"], Pretty;
    "nextest, an ignored test": "--exact suites::is_ignored --nocapture --ignored" with NEXTEST, Both, 0, &["is_ignored"], Pretty;
    "nextest, name first": "suites::is_ignored --nocapture --exact --ignored" with NEXTEST, Both, 0, &["is_ignored"], Pretty;
    "nextest, run-extra-args": "--exact suites::is_slow --nocapture --test-threads 1" with NEXTEST, Both, 0, &["is_slow"], Pretty;
    "nextest, a benchmark": "--exact suites::is_slow --nocapture --bench" with NEXTEST, Both, 0, &["~is_slow"], Pretty;

    "rust-analyzer, lens": "suites::inner::passes --exact --nocapture --include-ignored", Both, 0, &["inner::passes"], Pretty;
    "rust-analyzer, lens with --show-output": "suites::inner::passes --exact --show-output", Both, 0, &["inner::passes"], Pretty;
    "rust-analyzer, lens of an ignored test": "suites::is_ignored --exact --nocapture --include-ignored", Both, 0, &["is_ignored"], Pretty;
    "rust-analyzer, lens of an ignored test, older": "suites::is_ignored --exact --nocapture --ignored", Both, 0, &["is_ignored"], Pretty;
    "rust-analyzer, lens of a module": "suites::inner --nocapture", Both, 101, INNER, Pretty;
    "rust-analyzer, lens of a module with --show-output": "suites::inner --show-output", Both, 101, INNER, Pretty;
    "rust-analyzer, lens of a benchmark": "suites::is_slow --exact --nocapture --bench", Both, 0, &["~is_slow"], Pretty;
    "rust-analyzer, test explorer, all": "-Z unstable-options --format=json", Both, 101, ALL, Json;
    "rust-analyzer, test explorer, a module": "suites::inner -Z unstable-options --format=json", Both, 101, INNER, Json;
    "rust-analyzer, test explorer, --no-capture": "suites::inner -Z unstable-options --format=json --no-capture", Both, 101, INNER, Json;
    "rust-analyzer, test explorer, --nocapture": "suites::inner -Z unstable-options --format=json --nocapture", Both, 101, INNER, Json;
    "rust-analyzer, test explorer, --show-output": "suites::inner -Z unstable-options --format=json --show-output", Both, 101, INNER, Json;
    "rust-analyzer, discovery": "--list -Z unstable-options --format=json", Both, 0, LISTED, JsonList;

    "RustRover, a file": "-Z unstable-options --format=json --show-output", Both, 101, ALL, Json;
    "RustRover, a test": "--exact suites::inner::passes -Z unstable-options --format=json --show-output", Both, 0, &["inner::passes"], Json;
    "RustRover, path first": "suites::inner::passes --exact -Z unstable-options --format=json --show-output", Both, 0, &["inner::passes"], Json;
    "RustRover, a module": "suites::inner -Z unstable-options --format=json --show-output", Both, 101, INNER, Json;
    "RustRover, ignored ones": "--exact suites::is_ignored --ignored -Z unstable-options --format=json --show-output", Both, 0, &["is_ignored"], Json;
    "RustRover, with times": "-Z unstable-options --format=json --report-time suites::inner", Both, 101, INNER, Json;
    "IntelliJ, debugger": "--nocapture --test-threads 1 suites::inner", Both, 101, INNER, Pretty;

    "GitLab and others, a report": "-Z unstable-options --format json --report-time", Both, 101, ALL, Json;
    "cargo2junit": "-Z unstable-options --format json", Both, 101, ALL, Json;

    "Bazel": "", Both, 101, ALL, Pretty;
    "Bazel, --test_arg": "--test-threads=2 suites::inner", Both, 101, INNER, Pretty;
    "Bazel, --test_arg --nocapture": "--nocapture suites::inner", Both, 101, INNER, Pretty;
    "Bazel, the list of a sharding wrapper": "--list --format terse", Both, 0, LISTED, Names;
    "Bazel, a shard of a wrapper": "suites::passes suites::inner::passes --exact", Both, 0, &["passes", "inner::passes"], Pretty;
    "Bazel, --test_filter": "" with BAZEL, Ours, 101, INNER, Pretty;

    "a tool of tomorrow": "suites::inner --capture=tee --format pretty", Ours, 101, INNER, Pretty;
    "a tool of tomorrow, a value apart": "--capture tee suites::inner", Ours, 101, INNER, Pretty;
    "a tool of tomorrow, before a name": "--later suites::inner", Ours, 101, INNER, Pretty;
    "a tool of tomorrow, an exact name": "--later suites::inner::passes --exact", Ours, 0, &["inner::passes"], Pretty;
    "a tool that allows nothing": "--format json suites::inner", Ours, 101, INNER, Json;
];

#[test]
fn every_tool_gets_what_it_expects() {
    let oracle = oracle();
    let mut wrong = Vec::new();
    for row in ROWS {
        let words: Vec<&str> = row.line.split(' ').filter(|word| !word.is_empty()).collect();
        let programs = [
            ("the built-in harness", &oracle.builtin, Both),
            ("main!", &oracle.ours, Ours),
        ];
        for (name, program, who) in programs {
            if row.who == Ours && who == Both {
                continue;
            }
            let ended = run(program, &words, row.variables);
            // What a test prints stands among the lines of the harness then, as always without its capture.
            let is_torn = who == Both && (row.line.contains("capture") || row.variables.contains(&NO_CAPTURE));
            let mut faults = faults(row, &ended, is_torn);
            let warns = row.tool.starts_with("a tool of tomorrow") || row.tool.ends_with("which names nothing");
            let on_stderr = ended.err.lines().filter(|line| line.starts_with("warning: ")).count();
            if who == Ours && on_stderr != usize::from(warns) {
                faults.push("the warnings".to_owned());
            }
            if !faults.is_empty() {
                wrong.push(format!(
                    "{}: `{}` under {name}: {}\n{}\n{}",
                    row.tool,
                    row.line,
                    faults.join("; "),
                    ended.out,
                    ended.err
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

const NO_CAPTURE: (&str, &str) = ("RUST_TEST_NOCAPTURE", "1");

fn faults(row: &Row, ended: &Run, is_torn: bool) -> Vec<String> {
    let mut faults = Vec::new();
    if ended.code != Some(row.code) {
        faults.push(format!("ends with {:?}, not {}", ended.code, row.code));
    }
    let expected: BTreeSet<String> = row.tests.iter().map(|name| full(name)).collect();
    let out = match (is_torn, row.shape) {
        (true, Json) => ended
            .out
            .lines()
            .filter(|line| line.starts_with('{'))
            .map(|line| format!("{line}\n"))
            .collect(),
        _ => ended.out.clone(),
    };
    let told = match (is_torn, row.shape) {
        (true, Pretty) => result(&out).map(Told::Counts),
        (_, shape) => tests(shape, &out),
    };
    match told {
        Err(fault) => faults.push(fault),
        Ok(Told::Names(names)) if names == expected => {}
        Ok(Told::Names(names)) => faults.push(format!("{names:?}, not {expected:?}")),
        Ok(Told::Counts(counts)) => {
            let count = |mark: &str| row.tests.iter().filter(|name| mark_of(name) == mark).count();
            let expected = [count(""), count("!"), count("~")];
            if counts != expected {
                faults.push(format!("{counts:?} passed, failed and ignored, not {expected:?}"));
            }
        }
    }
    faults
}

fn mark_of(name: &str) -> &str {
    match name.chars().next() {
        Some('!' | '~') => &name[..1],
        _ => "",
    }
}

fn full(name: &str) -> String {
    let mark = mark_of(name);
    format!("{mark}suites::{}", &name[mark.len()..])
}

/// What an output tells of the tests.
enum Told {
    /// Their names, with the marks of the table.
    Names(BTreeSet<String>),
    /// How many passed, failed and were ignored.
    Counts([usize; 3]),
}

/// The tests in an output of a form, or what is wrong with the form.
fn tests(shape: Shape, text: &str) -> Result<Told, String> {
    match shape {
        Pretty => pretty(text),
        Terse => Ok(Told::Counts(result(text)?)),
        Json => json(text),
        List | Names => list(shape, text),
        JsonList => json_list(text),
    }
}

/// The numbers of the result line, which is the last one, after a heading.
fn result(text: &str) -> Result<[usize; 3], String> {
    let heading = text.trim_start_matches('\n').lines().next().unwrap_or_default();
    if !text.starts_with("\nrunning ") || !(heading.contains(" test")) {
        return Err("no heading".to_owned());
    }
    let plain = without_colors(text);
    let line = plain.trim_end().lines().next_back().unwrap_or_default();
    let counts = line
        .strip_prefix("test result: ok. ")
        .or_else(|| line.strip_prefix("test result: FAILED. "));
    let counts = counts.ok_or_else(|| format!("the last line is {line:?}"))?;
    let words = [
        " passed; ",
        " failed; ",
        " ignored; 0 measured; ",
        " filtered out; finished in ",
    ];
    let mut rest = counts;
    let mut numbers = Vec::new();
    for word in words {
        let (number, after) = rest
            .split_once(word)
            .ok_or_else(|| format!("no {word:?} in {line:?}"))?;
        numbers.push(number.parse::<usize>().map_err(|_| format!("no number in {line:?}"))?);
        rest = after;
    }
    if !rest.ends_with('s') || !text.ends_with("\n\n") {
        return Err(format!("the end is {rest:?}"));
    }
    Ok([numbers[0], numbers[1], numbers[2]])
}

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

fn pretty(text: &str) -> Result<Told, String> {
    let counts = result(text)?;
    let mut names = BTreeSet::new();
    let mut counted = [0; 3];
    for line in without_colors(text).lines() {
        let Some((name, result)) = line.strip_prefix("test ").and_then(|row| row.split_once(" ... ")) else {
            continue;
        };
        let name = name.trim_end_matches(" - should panic");
        let (mark, index) = match result.split([' ', ',']).next() {
            Some("ok") => ("", 0),
            Some("FAILED") => ("!", 1),
            Some("ignored") => ("~", 2),
            other => return Err(format!("the result {other:?} in {line:?}")),
        };
        counted[index] += 1;
        names.insert(format!("{mark}{name}"));
    }
    if counted != counts {
        return Err(format!("{counted:?} in the rows, {counts:?} in the result"));
    }
    Ok(Told::Names(names))
}

fn objects(text: &str) -> Result<Vec<Value>, String> {
    let object = |line: &str| serde_json::from_str(line).map_err(|error| format!("{error}: {line}"));
    text.lines().map(object).collect()
}

fn json(text: &str) -> Result<Told, String> {
    let objects = objects(text)?;
    let is = |object: Option<&Value>, event: &[&str]| {
        object.is_some_and(|it| it["type"] == "suite" && event.iter().any(|event| it["event"] == *event))
    };
    if !is(objects.first(), &["started"]) || !is(objects.last(), &["ok", "failed"]) {
        return Err("no start or no end".to_owned());
    }
    let mut names = BTreeSet::new();
    let mut started = BTreeSet::new();
    for object in objects.iter().filter(|object| object["type"] == "test") {
        let name = object["name"].as_str().unwrap_or_default();
        let mark = match object["event"].as_str() {
            Some("started") => {
                started.insert(name.to_owned());
                continue;
            }
            Some("ok") => "",
            Some("failed") => "!",
            Some("ignored") => "~",
            other => return Err(format!("the event {other:?}")),
        };
        if !started.remove(name) {
            return Err(format!("{name} ends and was not started"));
        }
        names.insert(format!("{mark}{name}"));
    }
    if !started.is_empty() {
        return Err(format!("{started:?} do not end"));
    }
    Ok(Told::Names(names))
}

fn list(shape: Shape, text: &str) -> Result<Told, String> {
    let mut lines: Vec<&str> = text.lines().collect();
    if shape == List {
        let count = lines.pop().unwrap_or_default();
        let names = lines.len().saturating_sub(1);
        let plural = if names == 1 { "" } else { "s" };
        if count != format!("{names} test{plural}, 0 benchmarks") || lines.pop() != Some("") {
            return Err(format!("the end is {count:?}"));
        }
    }
    let names: Option<BTreeSet<String>> = lines
        .iter()
        .map(|line| line.strip_suffix(": test").map(str::to_owned))
        .collect();
    let names = names.ok_or("a line that is no test")?;
    match names.len() == lines.len() {
        true => Ok(Told::Names(names)),
        false => Err("a name twice".to_owned()),
    }
}

fn json_list(text: &str) -> Result<Told, String> {
    let objects = objects(text)?;
    let tests = objects.iter().filter(|object| object["type"] == "test");
    let names: BTreeSet<String> = tests
        .filter(|test| test["event"] == "discovered" && test["source_path"].is_string() && test["start_line"].is_u64())
        .filter_map(|test| test["name"].as_str().map(str::to_owned))
        .collect();
    match (objects.first(), objects.last()) {
        (Some(first), Some(last)) if first["event"] == "discovery" && last["tests"] == names.len() => {
            Ok(Told::Names(names))
        }
        _ => Err("no start or no end".to_owned()),
    }
}
