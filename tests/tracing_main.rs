//! Events of `tracing` under `main!`, by running this very binary again over the ignored suites.

use std::path::Path;
use std::process::Command;

use async_test_suite::prelude::*;
use serde_json::Value;

#[path = "formats/schema.rs"]
mod schema;
#[path = "tracing/suites.rs"]
mod suites;

use schema::Schema;

async_test_suite::main!();

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(names: &[&str], args: &[&str], vars: &[(&str, &str)]) -> Run {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(exe);
    let foreign =
        |name: &str| name.starts_with("ASYNC_TEST") || name.starts_with("RUST_TEST") || name == "GITHUB_ACTIONS";
    for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
        command.env_remove(name);
    }
    let names = names.iter().map(|name| format!("suites::{name}"));
    let output = command
        .args(names)
        .args(["--exact", "--ignored"])
        .args(args)
        .env("NO_COLOR", "1")
        .envs(vars.iter().copied())
        .output()
        .expect("this program can be run again");
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the error stream is UTF-8"),
    }
}

/// The lines of the log of a suite, without their times, from the pretty report.
fn logged(out: &str, path: &str) -> Vec<String> {
    let (_, failures) = out.split_once("\nfailures:\n").unwrap_or_default();
    let tree = failures
        .split("\n\n")
        .find(|tree| tree.trim_start().starts_with(&format!("✗ {path} ")));
    let lines = tree.unwrap_or_default().lines();
    let lines = lines.skip_while(|line| *line != "  log:").skip(1);
    let lines = lines.map_while(|line| line.strip_prefix("  │ "));
    lines
        .map(|line| {
            let line = line.trim_start();
            line.split_once(' ').map_or(line, |(_, rest)| rest).to_owned()
        })
        .collect()
}

#[suite]
fn events_stand_with_the_failure_of_the_suite_whose_they_are() {
    let seen = run(&["everywhere"], &[], &[]);
    is!(seen.code, Some(101));
    is!(seen.err, "");
    is!(
        logged(&seen.out, "suites::everywhere"),
        [
            "INFO  tracing_main::suites: in the body answer=42",
            "INFO  tracing_main::suites: in a job answer=42",
            "INFO  tracing_main::suites: request{id=7 status=\"ok\"}: inner_span: in a task of tokio answer=42",
            "INFO  tracing_main::suites: request{id=7 status=\"ok\"}: in a thread answer=42",
            "ERROR tracing_main::suites: in the end error=no disk",
        ]
    );
    like!(
        seen.out,
        r"(?m)^    ✗ as it should\n(      .*\n)*    log:\n    │ \S+ WARN  store::net: in a subtest kind=.slow.\n"
    );
    ok!(!seen.out.contains("printed"), "nothing was printed");
}

#[suite]
fn suites_side_by_side_have_each_their_own() {
    let seen = run(&["side_by_side::left", "side_by_side::right"], &[], &[]);
    for name in ["left", "right"] {
        let lines = logged(&seen.out, &format!("suites::side_by_side::{name}"));
        let expected = (0..50).map(|n| format!("INFO  tracing_main::suites::side_by_side: {name} {n}"));
        is!(lines, expected.collect::<Vec<_>>());
    }
}

#[suite]
fn what_belongs_to_no_suite_is_told_like_what_is_printed() {
    let seen = run(&["outside"], &[], &[]);
    like!(
        seen.out,
        r"(?m)^  printed:\n  │ INFO  tracing_main::suites: in a thread of nobody answer=42\n"
    );
}

#[suite]
fn a_suite_that_passes_is_quiet_unless_asked() {
    let seen = run(&["passes"], &[], &[]);
    is!(seen.code, Some(0));
    ok!(!seen.out.contains("a suite that passes"));
    for format in ["pretty", "tap", "json", "terse"] {
        let shown = run(&["passes"], &["--show-output", "--format", format], &[]);
        like!(
            shown.out,
            "INFO  tracing_main::suites: in a suite that passes answer=42",
            "{format}"
        );
    }
}

#[suite]
fn the_newest_lines_are_kept() {
    let seen = run(&["says_much"], &[], &[]);
    let lines = logged(&seen.out, "suites::says_much");
    is!(lines.len(), 201);
    is!(lines[0], "(800 lines are left out)");
    is!(lines[1], "INFO  tracing_main::suites: line 800");
    is!(lines[200], "INFO  tracing_main::suites: line 999");
}

#[suite]
fn a_suite_that_hangs_has_its_log() {
    let seen = run(&["hangs"], &[], &[]);
    is!(
        logged(&seen.out, "suites::hangs"),
        ["INFO  tracing_main::suites: in a suite that hangs answer=42"]
    );
}

#[suite]
fn a_filter_says_what_is_kept() {
    // flags, variables, parts that are there, parts that are not
    type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a [&'a str], &'a [&'a str]);
    let rows: &[Row<'_>] = &[
        (
            &["--log", "debug"],
            &[],
            &["DEBUG tracing_main::suites: not by default", "in a subtest"],
            &[],
        ),
        (
            &[],
            &[("ASYNC_TEST_LOG", "debug,store=error")],
            &["not by default"],
            &["in a subtest"],
        ),
        (
            &["--log=error"],
            &[("ASYNC_TEST_LOG", "trace")],
            &["in the end"],
            &["in the body", "in a subtest"],
        ),
        (
            &["--log", "store::net=warn"],
            &[],
            &["in a subtest"],
            &["in the body", "in the end"],
        ),
        (
            &["--log", "off"],
            &[],
            &["as it should"],
            &["in the body", "in a subtest", "log:"],
        ),
    ];
    for (args, vars, there, not_there) in rows {
        let seen = run(&["everywhere"], args, vars);
        is!(seen.err, "", "{args:?} {vars:?}");
        for part in *there {
            ok!(seen.out.contains(part), "{args:?} {vars:?}: {part} in {}", seen.out);
        }
        for part in *not_there {
            ok!(!seen.out.contains(part), "{args:?} {vars:?}: no {part} in {}", seen.out);
        }
    }
    for (args, vars, name) in [
        (&["--log", "verbose"] as &[&str], &[] as &[_], "--log=verbose"),
        (&[], &[("ASYNC_TEST_LOG", "a=b")], "ASYNC_TEST_LOG=a=b"),
    ] {
        let seen = run(&["everywhere"], args, vars);
        is!(seen.code, Some(101));
        is!(seen.out, "", "nothing ran");
        like!(
            seen.err,
            format!("^error: `{name}` has .*; levels are .*, for instance `.*`\n$")
        );
    }
}

#[suite]
fn without_capturing_each_line_is_told_at_once() {
    let seen = run(&["everywhere"], &["--no-capture"], &[]);
    like!(
        seen.err,
        r"(?m)^INFO  tracing_main::suites: in the body answer=42 \(suites::everywhere\)$"
    );
    like!(
        seen.err,
        r"(?m)^WARN  store::net: in a subtest kind=.slow. \(suites::everywhere/inner\)$"
    );
    ok!(!seen.out.contains("in the body"), "and not once more");
}

#[suite]
fn programs_are_told_all_of_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.schema.json");
    let schema = Schema::new(&std::fs::read_to_string(path).expect("the schema can be read"));
    let seen = run(&["everywhere"], &["--format", "events"], &[]);
    let events = seen
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("it is JSON"));
    let events: Vec<Value> = events.collect();
    for event in &events {
        is!(schema.faults(event), Vec::<String>::new(), "{event}");
    }
    let ended = |path: &str| {
        let of = events
            .iter()
            .find(|event| event["event"] == "suite_ended" && event["suite"]["path"] == path);
        of.expect("it has ended")["log"].clone()
    };
    let inner = ended("suites::everywhere/inner");
    is!(inner["left_out"], 0);
    is!(inner["lines"][0]["level"], "warn");
    is!(inner["lines"][0]["target"], "store::net");
    is!(inner["lines"][0]["message"], "in a subtest kind=\"slow\"");
    let outer = ended("suites::everywhere");
    is!(
        outer["lines"][2]["spans"],
        serde_json::json!(["request{id=7 status=\"ok\"}", "inner_span"])
    );
    let tap = run(&["everywhere"], &["--format", "tap"], &[]).out;
    like!(
        tap,
        r"(?m)^        # log:\n        #   \S+ WARN  store::net: in a subtest"
    );
}
