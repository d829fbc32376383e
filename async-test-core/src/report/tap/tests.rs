//! TAP as text, and what `prove` says of it.

use std::process::{Command, Output};

use super::*;
use crate::claim::{Detail, Problem};
use crate::report::every::{every, golden, written};
use crate::report::script::Script;

fn tap(script: &Script) -> String {
    written("tap", &Style::default(), &script.records)
}

/// What `prove` says about a text; `None` where it is not installed.
fn prove(name: &str, text: &str) -> Option<Output> {
    let file = std::env::temp_dir().join(format!("async-test-{}-{name}.tap", std::process::id()));
    std::fs::write(&file, text).unwrap();
    let output = Command::new("prove")
        .args(["--norc", "--exec", "cat"])
        .arg(&file)
        .output();
    std::fs::remove_file(&file).unwrap();
    match output {
        Ok(output) => Some(output),
        Err(error) => {
            use std::io::Write as _;
            let _ = writeln!(io::stderr(), "SKIPPED: `prove` cannot be run: {error}");
            None
        }
    }
}

#[track_caller]
fn proves(name: &str, text: &str, exit: i32) {
    let Some(output) = prove(name, text) else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{said}");
    // A bail-out leaves the plan out, which is told as such an error.
    assert!(exit == 255 || !said.contains("Parse errors"), "{said}");
}

fn nasty() -> Script {
    let mut script = Script::default();
    script.start(0, 0, "");
    for (id, name) in [
        "a # SKIP b",
        "#todo",
        "\\",
        "\\# skip",
        "{",
        "x {",
        "",
        "a\n  ok 1\n",
        "Bail out! no",
        "1..3",
        "\u{1b}[1mé",
    ]
    .iter()
    .enumerate()
    {
        let id = id as u64 + 1;
        script.start(id, 0, name);
        script.check(
            id,
            name,
            Verdict::Passed,
            Some(Detail::new().note(*name).expected_got(*name, "---\n...")),
        );
        script.end(id, 0, None);
    }
    script
}

#[test]
fn prove_agrees() {
    proves("fails", &written("tap", &Style::default(), &every(false)), 1);
    proves("bails", &written("tap", &Style::default(), &every(true)), 255);
    let mut passing = nasty();
    passing.run_ended(None, Vec::new());
    let text = tap(&passing);
    golden("tap_nasty.txt", &text);
    proves("passes", &text, 0);
}

#[test]
fn prove_sees_what_fails_the_run_alone() {
    let mut script = Script::default();
    script.start(0, 0, "");
    script.run_ended(None, vec![std::sync::Arc::new(Problem::Stopped("why".to_owned()))]);
    proves("run", &tap(&script), 1);
}

#[test]
fn a_bail_out_is_written_at_once_in_the_suite_and_at_the_root() {
    let mut tap = Tap::new(&Style::default());
    let mut out = Vec::new();
    for record in every(true) {
        out.clear();
        tap.record(&record, &mut out).unwrap();
        if matches!(record, Record::BailOut(..)) {
            break;
        }
    }
    let expected = "# Subtest: last\n    # Subtest: database\n        ok 1 - a host\n        Bail out! the database is gone \\# for ever\n\
                    Bail out! the database is gone \\# for ever\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn suites_side_by_side_are_written_in_the_order_of_their_ends() {
    let mut script = Script::default();
    script.start(0, 0, "");
    script.start(1, 0, "a");
    script.start(2, 0, "b");
    script.check(1, "a1", Verdict::Passed, None);
    script.check(2, "b1", Verdict::Passed, None);
    script.check(1, "a2", Verdict::Passed, None);
    script.end(2, 0, None);
    script.end(1, 0, None);
    script.run_ended(None, Vec::new());
    let text = tap(&script);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(
        lines,
        [
            "ok 1 - b1",
            "1..1",
            "ok 1 - b",
            "ok 1 - a1",
            "ok 2 - a2",
            "1..2",
            "ok 2 - a",
            "1..2"
        ]
    );
}

#[test]
fn a_suite_that_ended_is_forgotten() {
    let mut tap = Tap::new(&Style::default());
    for record in every(true) {
        tap.record(&record, &mut io::sink()).unwrap();
    }
    assert_eq!(tap.blocks.kept(), 0);
    assert_eq!(tap.blocks.root().text, "");
}

#[test]
fn a_plan_that_was_not_compared_is_corrected() {
    for (planned, verdict, expected) in [
        (3, None, "1..1"),
        (3, Some(Verdict::Todo("why".into())), "1..1"),
        (3, Some(Verdict::Failed), "1..3"),
        // More points than planned: the rest of the block would be dropped.
        (0, Some(Verdict::Failed), "1..1"),
    ] {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start_with(1, 0, "a", Some(planned), false);
        script.check(1, "c", Verdict::Passed, None);
        script.end(1, 0, verdict.clone());
        let text = tap(&script);
        let plan = text.lines().nth(1).unwrap();
        assert_eq!(plan.trim(), expected, "{planned} planned, {verdict:?}");
    }
}

#[test]
fn a_promised_failure_is_not_shown_as_one() {
    let mut script = Script::default();
    script.start(0, 0, "");
    script.start(1, 0, "a");
    script.check(1, "c", Verdict::Failed, None);
    script.end(1, 0, Some(Verdict::Flunked("why".into())));
    let text = tap(&script);
    let points: Vec<&str> = text
        .lines()
        .filter(|line| line.trim_start().starts_with("not ok"))
        .collect();
    assert!(points.is_empty(), "{text}");
    assert!(text.contains("#     not ok 1 - c\n"), "{text}");
    proves("flunked", &text, 0);
}

#[test]
fn the_plan_of_a_skipped_suite_is_not_that_of_the_one_around_it() {
    let mut script = Script::default();
    script.start(0, 0, "");
    script.start(1, 0, "a");
    script.check(1, "c", Verdict::Passed, None);
    script.start_with(2, 1, "b", Some(7), false);
    // It does not begin.
    script
        .records
        .retain(|record| !matches!(record, Record::SuiteStarted(suite) if suite.id.0 == 2));
    script.end(2, 1, Some(Verdict::Skipped("why".into())));
    script.end(1, 0, None);
    let expected = "# Subtest: a\n    ok 1 - c\n    # Subtest: b\n        1..0 # SKIP why\n    ok 2 - b # SKIP why\n    \
                    1..2\nok 1 - a\n1..1\n";
    assert_eq!(tap(&script), expected);
}

#[test]
fn what_is_said_in_a_hidden_suite_is_kept() {
    let mut script = Script::default();
    script.start(0, 0, "");
    script.start(1, 0, "a");
    script.start_with(2, 1, "tool!()", None, true);
    script.check(2, "inner", Verdict::Passed, None);
    script.records.push(Record::Diag(script.of(2), "hear".into()));
    script.end(2, 1, None);
    script.end(1, 0, None);
    assert_eq!(
        tap(&script),
        "# Subtest: a\n    # hear\n    ok 1 - tool!()\n    1..1\nok 1 - a\n1..1\n"
    );
}

#[test]
fn prove_forgives_an_attempt_only_if_another_one_passes() {
    for (passes_at, exit) in [(Some(2), 0), (None, 1)] {
        let mut script = Script::default();
        script.start(0, 0, "");
        for number in 1..=passes_at.unwrap_or(1) {
            script.attempt = Some(crate::record::Attempt { number, of: 3 });
            script.start(number.into(), 0, "a");
            let held = passes_at == Some(number);
            script.check(
                number.into(),
                "c",
                if held { Verdict::Passed } else { Verdict::Failed },
                None,
            );
            script.end(number.into(), 0, None);
        }
        script.run_ended(None, Vec::new());
        let text = tap(&script);
        assert!(
            text.contains("\nnot ok 1 - a # TODO attempt 1 of 3 failed, it is tried again\n"),
            "{text}"
        );
        proves("attempts", &text, exit);
    }
}
