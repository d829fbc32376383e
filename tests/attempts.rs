//! Suites with `retries`: what each format makes of attempts, from real runs of this very binary over `fixture`.

#[path = "formats/kit.rs"]
mod kit;

use async_test_suite::prelude::*;
use serde_json::Value;

use kit::{Folder, Run, lines};

async_test_suite::main!();

/// Suites that only run when this binary is run by itself.
mod fixture {
    use std::sync::atomic::{AtomicU32, Ordering};

    use async_test_suite::prelude::*;

    #[suite(retries = 2, when = env("ATTEMPTS"))]
    async fn flaky() {
        static ATTEMPT: AtomicU32 = AtomicU32::new(1);
        let attempt = ATTEMPT.fetch_add(1, Ordering::Relaxed);
        ok!(true, "opens");
        subtest!("reads", {
            is!(attempt, 2, "it was flushed");
        });
    }

    #[suite(retries = 1, when = env("ATTEMPTS_FAIL"))]
    async fn fails_always() {
        static ATTEMPT: AtomicU32 = AtomicU32::new(1);
        panic!("no luck at attempt {}", ATTEMPT.fetch_add(1, Ordering::Relaxed));
    }

    #[suite(retries = 3, when = env("ATTEMPTS"))]
    async fn passes_at_once() {
        ok!(true);
    }

    #[suite(retries = 3, todo = "not built yet", when = env("ATTEMPTS"))]
    async fn todo_is_not_tried_again() {
        flunk!("no");
    }

    /// Its other attempts are never made.
    #[suite(retries = 5, when = env("ATTEMPTS_BAIL"))]
    async fn is_cut_off() {
        flunk!("the last word");
        bail_out!("no disk");
    }
}

fn run(args: &[&str], vars: &[(&str, &str)]) -> Run {
    let args = [&["fixture::"], args].concat();
    kit::run(&args, &[vars, &[("ATTEMPTS", "1")]].concat())
}

const FAIL: &[(&str, &str)] = &[("ATTEMPTS_FAIL", "1")];

#[suite]
fn people_see_that_a_suite_is_flaky_and_why() {
    let seen = run(&[], &[]);
    is!(seen.code, Some(0));
    for pattern in [
        r"(?m)^running 5 tests$",
        r"(?m)^test fixture::flaky \.\.\. retried \(attempt 1 of 3 failed\)$",
        r"(?m)^test fixture::flaky \.\.\. ok \(flaky: passed at attempt 2 of 3\)$",
        r"(?m)^test fixture::passes_at_once \.\.\. ok$",
        r"(?m)^failed attempts:\n\n✗ fixture::flaky  attempt 1 of 3, 1 of 2 failed, ",
        r"(?m)^    ✗ it was flushed$",
        r"(?m)^flaky: 1 \(fixture::flaky\)$",
        r"(?m)^test result: ok\. 3 passed; 0 failed; 2 ignored; 0 measured; ",
        // One check of a TODO suite, one of the suite that passes, two of the attempt that decided.
        r"(?m)^4 checks: 3 passed, 1 todo; (up to . suites at once; )?seed ",
    ] {
        like!(seen.out, pattern);
    }
    unlike!(seen.out, "FAILED|(?m)^failures:");
    let terse = run(&["-q"], &[]);
    like!(
        terse.out,
        r"(?m)^fixture::flaky --- ok \(flaky: passed at attempt 2 of 3\)$"
    );
    like!(terse.out, r"it was flushed");
    like!(terse.out, r"(?m)^flaky: 1 \(fixture::flaky\)$");
}

#[suite]
fn all_attempts_of_a_suite_that_failed_are_shown() {
    let seen = run(&[], FAIL);
    is!(seen.code, Some(101));
    like!(seen.out, r"(?m)^test fixture::fails_always \.\.\. FAILED$");
    for attempt in 1..=2 {
        like!(
            seen.out,
            format!(r"(?m)^✗ fixture::fails_always  attempt {attempt} of 2, ")
        );
        like!(seen.out, format!("no luck at attempt {attempt}\n"));
    }
    like!(seen.out, r"(?m)^failures:\n    fixture::fails_always$");
    like!(seen.out, "test result: FAILED. 3 passed; 1 failed; ");
}

#[suite]
fn a_failure_whose_next_attempt_is_never_made_fails_the_run() {
    let folder = Folder::new("attempts-cut-off");
    let reports = ["json", "events", "tap"].map(|format| folder.report(format));
    let args: Vec<&str> = reports.iter().flat_map(|report| ["--report", report]).collect();
    let seen = kit::run(&[&["fixture::is_cut_off"], &*args].concat(), &[("ATTEMPTS_BAIL", "1")]);
    is!(seen.code, Some(101));
    like!(seen.out, "the last word");
    like!(seen.out, "test result: FAILED. 0 passed; 1 failed; ");
    let events = lines(&folder.read("events"));
    let end = events.last().cloned().unwrap_or_default();
    is!(end["failures"][0]["test_name"], "fixture::is_cut_off");
    let json = lines(&folder.read("json"));
    ok!(json
        .iter()
        .any(|it| it["event"] == "failed" && it["name"] == "fixture::is_cut_off"));
    like!(folder.read("tap"), r"(?m)^# not ok \d+ - fixture::is_cut_off$");
}

#[suite]
fn tap_forgives_the_attempt_and_counts_the_last_word() {
    let seen = run(&["--format", "tap"], &[]);
    is!(seen.code, Some(0));
    like!(
        seen.out,
        r"(?m)^not ok \d+ - fixture::flaky # TODO attempt 1 of 3 failed, it is tried again$"
    );
    like!(seen.out, r"(?m)^ok \d+ - fixture::flaky$");
    like!(seen.out, r"(?m)^# flaky: passed at attempt 2 of 3$");
    like!(seen.out, r"(?m)^  attempt: 2\n  attempts: 3$");
    is!(run(&["--format", "tap"], FAIL).code, Some(1));
}

#[suite]
fn the_json_of_the_harness_has_one_start_and_one_end() {
    let seen = run(&["--format", "json"], FAIL);
    is!(seen.code, Some(101));
    let objects = lines(&seen.out);
    let of = |name: &str| -> Vec<&Value> { objects.iter().filter(|it| it["name"] == name).collect() };
    let flaky = of("fixture::flaky");
    is!(
        flaky
            .iter()
            .map(|it| it["event"].as_str().unwrap_or_default())
            .collect::<Vec<_>>(),
        ["started", "ok"]
    );
    like!(
        flaky[1]["stdout"].as_str().unwrap_or_default(),
        r"it was flushed(?s:.*)\nflaky: passed at attempt 2 of 3\n$"
    );
    let fails = of("fixture::fails_always");
    is!(fails.len(), 2);
    like!(
        fails[1]["stdout"].as_str().unwrap_or_default(),
        r"attempt 1\n(?s:.*)attempt 2\n"
    );
    is!(objects.last().map(|it| it["passed"].clone()), Some(Value::from(3)));
}

#[suite]
fn events_tell_attempts_apart() {
    let seen = run(&["--format", "events"], FAIL);
    let events = lines(&seen.out);
    let end = events.last().cloned().unwrap_or_default();
    is!(end["flaky"][0]["test_name"], "fixture::flaky");
    is!(end["flaky"][0]["attempt"], serde_json::json!({ "number": 2, "of": 3 }));
    let verdicts: Vec<String> = events
        .iter()
        .filter(|it| it["event"] == "check" && it["label"] == "fixture::flaky")
        .map(|it| it["verdict"].as_str().unwrap_or_default().to_owned())
        .collect();
    is!(verdicts, ["retried", "passed"]);
    let of_subtests: Vec<&Value> = events
        .iter()
        .filter(|it| it["event"] == "suite_started" && it["suite"]["path"] == "fixture::flaky/reads")
        .map(|it| &it["suite"]["attempt"]["number"])
        .collect();
    is!(of_subtests, [1, 2]);
}

#[suite]
fn github_warns_of_flaky_suites() {
    let seen = run(&[], &[("GITHUB_ACTIONS", "true")]);
    is!(seen.out.matches("::error").count(), 0);
    like!(
        seen.out,
        r"(?m)^::warning file=tests/attempts.rs,line=\d+,col=\d+,title=fixture%3A%3Aflaky/reads%3A it was flushed \(flaky%3A passed at attempt 2 of 3\)::"
    );
    let failing = run(&[], &[("GITHUB_ACTIONS", "true"), FAIL[0]]);
    is!(failing.out.matches("::error").count(), 1, "the last attempt");
}

#[suite]
#[cfg(feature = "junit")]
fn junit_has_the_elements_of_surefire() {
    let folder = Folder::new("attempts-junit");
    let seen = run(&["--format", "junit", "--report", &folder.report("junit")], FAIL);
    if let Some(faults) = kit::junit_faults(&[folder.path("junit")]) {
        is!(faults, "", "the report is what readers of JUnit expect");
    }
    is!(
        seen.out.matches("<testcase ").count(),
        folder.read("junit").matches("<testcase ").count()
    );
    for pattern in [
        r#"<testcase name="fixture::flaky/reads" [^>]*>\s*<flakyFailure message="attempt 1 of 3: it was flushed" type="check">"#,
        r#"<failure message="attempt 1 of 2: panicked: no luck at attempt 1" type="panicked">"#,
        r#"<rerunFailure message="attempt 2 of 2: panicked: no luck at attempt 2" type="panicked">"#,
    ] {
        like!(seen.out, pattern);
    }
    is!(seen.out.matches("<testsuite name=\"fixture::flaky\"").count(), 1);
}
