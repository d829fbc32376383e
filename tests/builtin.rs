//! `#[suite]` under the built-in harness, by running this very binary again over the ignored suites in `fixture`.
#![allow(
    clippy::print_stdout,
    clippy::todo,
    reason = "the fixtures print, and one is not written yet, on purpose"
)]

use std::process::Command;

use async_test_suite::prelude::*;

/// Suites that fail on purpose: they are run by themselves, as ignored tests.
mod fixture {
    use std::time::Duration;

    use async_test_suite::prelude::*;

    #[suite(plan = 1)]
    #[ignore = "run by the suites below"]
    async fn passes() {
        println!("printed by a passing suite");
        ok!(true);
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn fails(t: Suite) {
        t.on_finish(async { println!("cleaned up") });
        println!("printed by a failing suite");
        is!(vec!["a"], vec!["b"], "letters");
        subtest!("inner", {
            let port: u16 = "none".parse()?;
            ok!(port > 0);
        });
        subtest!("panics", {
            panic!("no {}", "luck");
        });
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn deep_failure() {
        subtest!("outer", {
            subtest!("inner", { flunk!("deep") });
        });
    }

    #[derive(Debug)]
    struct Refused(std::num::ParseIntError);
    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the server refused")
        }
    }
    impl std::error::Error for Refused {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn returns_an_error() -> Result<(), Refused> {
        "x".parse::<u8>().map_err(Refused)?;
        Ok(())
    }

    #[suite(timeout = "100ms")]
    #[ignore = "run by the suites below"]
    async fn hangs(t: Suite) {
        t.on_finish(async { println!("cleaned up after the timeout") });
        subtest!("waits for ever", spawned, { std::future::pending::<()>().await });
        std::future::pending::<()>().await;
    }

    #[suite(job_timeout = "100ms")]
    #[ignore = "run by the suites below"]
    async fn job_hangs(t: Suite) {
        ok!(true);
        t.spawn(std::future::pending::<()>());
        t.spawn(async {
            tokio::task::yield_now().await;
            panic!("a job panics");
        });
    }

    #[suite]
    #[should_panic(expected = "right")]
    #[ignore = "run by the suites below"]
    async fn panics_rightly() {
        panic!("the right words");
    }

    #[suite]
    #[should_panic(expected = "right")]
    #[ignore = "run by the suites below"]
    async fn panics_wrongly() {
        panic!("other words");
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn is_not_written_yet() {
        todo!("the whole of it")
    }

    #[suite(plan = 1, start_paused = true, timeout = "20s")]
    #[ignore = "run by the suites below"]
    async fn waits_in_virtual_time() {
        let began = tokio::time::Instant::now();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        is!(began.elapsed(), Duration::from_secs(3600));
    }

    #[suite]
    #[ignore = "run by the suites below"]
    fn is_plain() {
        ok!(false, "a plain function");
    }
}

/// Runs one fixture; whether it passed, and what the harness printed.
fn run(name: &str, args: &[&str], vars: &[(&str, &str)]) -> (bool, String) {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(exe);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ASYNC_TEST") || name.starts_with("RUST_")) {
        command.env_remove(name);
    }
    command
        .args(["--exact", &format!("fixture::{name}"), "--ignored"])
        .args(args);
    let output = command
        .env("NO_COLOR", "1")
        .envs(vars.iter().copied())
        .output()
        .expect("this program can be run again");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[suite]
fn what_passes_prints_nothing_of_ours() {
    let (passed, out) = run("passes", &[], &[]);
    ok!(passed);
    is!(
        out.lines().filter(|line| !line.is_empty()).count(),
        3,
        "the three lines of the harness"
    );
    let (passed, out) = run("passes", &["--nocapture"], &[]);
    ok!(passed);
    like!(out, "printed by a passing suite");
    unlike!(out, "run again|checks");
}

#[suite]
fn a_failure_shows_the_tree_the_values_the_places_and_the_command() {
    let (passed, out) = run("fails", &[], &[]);
    nok!(passed);
    for part in [
        "---- fixture::fails stdout ----",
        "printed by a failing suite",
        "cleaned up",
        "letters",
        r#"["b"]"#,
        r#"["a"]"#,
        "inner",
        "invalid digit found in string",
        "panics",
        "no luck",
        "tests/builtin.rs:",
        "run again: cargo test -p async-test-suite --test builtin -- fixture::fails --exact --include-ignored",
        "test result: FAILED. 0 passed; 1 failed",
    ] {
        ok!(out.contains(part), "it shows {part:?}");
    }
    unlike!(out, "stack backtrace", "no backtrace that nobody asked for");
    unlike!(out, "\u{1b}", "no colour without a terminal");
}

#[suite]
fn the_environment_chooses_a_subtest() {
    let (passed, out) = run("fails", &[], &[("ASYNC_TEST_FILTER", "fixture::fails/panics")]);
    nok!(passed);
    like!(out, "no luck");
    unlike!(out, "invalid digit");
    let (passed, out) = run("deep_failure", &[], &[]);
    nok!(passed);
    like!(
        out,
        "run again: ASYNC_TEST_FILTER=fixture::deep_failure/outer/inner cargo test -p async-test-suite --test builtin \
         -- fixture::deep_failure --exact --include-ignored"
    );
}

#[suite]
fn an_error_is_shown_with_its_sources() {
    let (passed, out) = run("returns_an_error", &[], &[]);
    nok!(passed);
    like!(out, "the server refused");
    like!(out, "invalid digit found in string");
}

#[suite]
fn a_hanging_suite_is_ended_and_says_what_was_running() {
    let (passed, out) = run("hangs", &[], &[]);
    nok!(passed);
    like!(out, "timed out after 100ms");
    like!(out, "fixture::hangs/waits for ever");
    like!(out, "cleaned up after the timeout");
}

#[suite]
fn jobs_that_panic_or_hang_fail_their_suite() {
    let (passed, out) = run("job_hangs", &[], &[]);
    nok!(passed);
    like!(out, "a job panics");
    like!(out, r"job at tests/builtin\.rs:\d+:\d+");
}

#[suite]
fn should_panic_is_judged_by_the_harness() {
    ok!(run("panics_rightly", &[], &[]).0);
    let (passed, out) = run("panics_wrongly", &[], &[]);
    nok!(passed);
    like!(out, "panic did not contain expected string");
}

#[suite]
fn the_standard_todo_in_the_own_body_is_no_failure() {
    ok!(run("is_not_written_yet", &[], &[]).0);
}

#[suite]
fn a_paused_clock_does_not_run_into_time_limits() {
    let (passed, out) = run("waits_in_virtual_time", &[], &[]);
    ok!(passed, "{out}");
}

#[suite]
fn plain_functions_are_suites_too() {
    let (passed, out) = run("is_plain", &[], &[]);
    nok!(passed);
    like!(out, "a plain function");
}

#[suite]
fn a_suite_of_another_shard_is_skipped_with_its_reason() {
    let runs = |shard: &str| {
        let (passed, out) = run("passes", &["--nocapture"], &[("ASYNC_TEST_SHARD", shard)]);
        ok!(passed);
        let skipped = out.contains(&format!("skipped: it is not in shard {shard}\n"));
        is!(
            skipped,
            !out.contains("printed by a passing suite"),
            "shard {shard}: {out}"
        );
        !skipped
    };
    for of in [1, 2, 5] {
        let shards = (1..=of).filter(|number| runs(&format!("{number}/{of}"))).count();
        is!(shards, 1, "of {of} shards one runs it");
    }
    let (passed, out) = run("passes", &[], &[("ASYNC_TEST_SHARD", "0/3")]);
    nok!(passed, "a broken variable is not passed over");
    like!(out, "`ASYNC_TEST_SHARD=0/3` names no shard: they are counted from 1");
}

#[suite]
fn the_environment_sets_formats_and_limits() {
    let (passed, out) = run("passes", &["--nocapture"], &[("ASYNC_TEST_FORMAT", "tap")]);
    ok!(passed);
    like!(out, "(?m)^ok 1 - fixture::passes$");
    let (passed, out) = run("passes", &[], &[("ASYNC_TEST_FORMAT", "tab")]);
    nok!(passed, "a broken variable is not passed over");
    like!(out, "ASYNC_TEST_FORMAT");
    like!(out, "pretty");
}
