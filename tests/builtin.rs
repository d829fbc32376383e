//! `#[suite]` under the built-in harness, by running this very binary again over the ignored suites in `fixture`.
#![allow(
    clippy::print_stdout,
    clippy::todo,
    reason = "the fixtures print, and one is not written yet, on purpose"
)]

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_test_suite::prelude::*;

/// Suites that fail on purpose: they are run by themselves, as ignored tests.
mod fixture {
    use std::process::ExitCode;
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

    #[suite]
    #[ignore = "run by the suites below"]
    async fn returns_a_boxed_error() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        "x".parse::<u8>().map_err(Refused)?;
        Ok(())
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn returns_a_failing_exit_code() -> Result<ExitCode, String> {
        Ok(ExitCode::FAILURE)
    }

    #[suite]
    #[ignore = "run by the suites below"]
    fn returns_what_says_nothing() -> Result<Vec<u8>, Refused> {
        Ok(Vec::new())
    }

    #[suite(timeout = "100ms")]
    #[ignore = "run by the suites below"]
    async fn hangs(t: Suite) {
        t.on_finish(async { println!("cleaned up after the timeout") });
        subtest!("waits for ever", spawned, { std::future::pending::<()>().await });
        std::future::pending::<()>().await;
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn hangs_for_long(t: Suite) {
        t.on_finish(async { println!("cleaned up in time") });
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
    #[should_panic(expected = "no way back")]
    #[ignore = "run by the suites below"]
    fn never_returns() -> ! {
        panic!("no way back");
    }

    #[suite]
    #[should_panic(expected = "no way back")]
    #[ignore = "run by the suites below"]
    async fn never_returns_either(_: Suite) -> ! {
        panic!("no way back");
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

    #[suite(tags("net"))]
    #[ignore = "run by the suites below"]
    async fn has_a_tag(t: Suite) {
        println!("draws {}", t.rng("value").u64(..));
        subtest!("is slow", tags("slow"), { println!("a slow part") });
    }

    #[suite]
    #[ignore = "run by the suites below"]
    async fn third_run_fails() {
        static RUNS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let run = RUNS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        println!("run {run}");
        isnt!(run, 3, "the run");
    }

    /// Of one group: plain, on several threads, and repeated.
    mod in_turn {
        use std::sync::atomic::{AtomicU32, Ordering};
        use std::time::Duration;

        use async_test_suite::prelude::*;

        static INSIDE: AtomicU32 = AtomicU32::new(0);

        async fn alone() {
            is!(INSIDE.fetch_add(1, Ordering::SeqCst), 0, "nobody else is here");
            tokio::time::sleep(Duration::from_millis(20)).await;
            is!(INSIDE.fetch_sub(1, Ordering::SeqCst), 1, "nobody else has come");
        }

        #[suite(serial = "device")]
        #[ignore = "run by the suites below"]
        async fn one() {
            alone().await;
        }

        #[suite(serial = "device", repeat = 2)]
        #[ignore = "run by the suites below"]
        async fn two() {
            alone().await;
        }

        #[suite(serial = "device", flavor = "multi_thread")]
        #[ignore = "run by the suites below"]
        async fn three() {
            alone().await;
        }

        #[suite(serial = "device")]
        #[ignore = "run by the suites below"]
        fn four() {
            is!(INSIDE.fetch_add(1, Ordering::SeqCst), 0, "nobody else is here");
            std::thread::sleep(Duration::from_millis(20));
            is!(INSIDE.fetch_sub(1, Ordering::SeqCst), 1, "nobody else has come");
        }
    }

    #[suite(skip_all = "no disk")]
    #[ignore = "run by the suites below"]
    async fn is_skipped() {
        flunk!("not reached");
    }

    #[suite(retries = 2)]
    #[ignore = "run by the suites below"]
    async fn flaky() {
        static ATTEMPT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let attempt = ATTEMPT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        is!(attempt, 3, "it was flushed");
    }

    #[suite(retries = 1)]
    #[ignore = "run by the suites below"]
    async fn fails_always() {
        flunk!("no luck");
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
    for (name, _) in std::env::vars()
        .filter(|(name, _)| name.starts_with("ASYNC_TEST") || name.starts_with("RUST_") || name.starts_with("NEXTEST"))
    {
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

#[suite(plan = 7)]
fn what_a_result_says() {
    let (passed, out) = run("returns_a_boxed_error", &[], &[]);
    ok!(!passed);
    for part in [
        "message +the server refused",
        "caused by",
        "invalid digit found in string",
    ] {
        like!(out, part);
    }
    let (passed, out) = run("returns_a_failing_exit_code", &[], &[]);
    ok!(!passed, "as with the built-in harness");
    like!(out, "exit code");
    let (passed, _) = run("returns_what_says_nothing", &[], &[]);
    ok!(passed);
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
fn a_suite_that_never_returns_ends_as_its_panic_says() {
    for name in ["never_returns", "never_returns_either"] {
        let (passed, out) = run(name, &[], &[]);
        ok!(passed, "{out}");
        like!(out, "1 passed", "{name} was run");
    }
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
fn bazel_is_understood_as_far_as_a_variable_reaches() {
    let status = std::env::temp_dir().join(format!("async-test-suite-builtin-status-{}", std::process::id()));
    let status = status.to_string_lossy();
    let ran = |vars: &[(&str, &str)]| {
        let (passed, out) = run("passes", &["--nocapture"], vars);
        ok!(passed, "{vars:?}: {out}");
        (out.contains("printed by a passing suite"), out)
    };
    let shards: Vec<bool> = ["0", "1", "2"]
        .iter()
        .map(|index| {
            let _ = std::fs::remove_file(&*status);
            let vars = [
                ("TEST_TOTAL_SHARDS", "3"),
                ("TEST_SHARD_INDEX", index),
                ("TEST_SHARD_STATUS_FILE", &*status),
            ];
            let (ran, _) = ran(&vars);
            ok!(std::fs::remove_file(&*status).is_ok(), "the status file was touched");
            ran
        })
        .collect();
    is!(shards.iter().filter(|ran| **ran).count(), 1, "{shards:?}");
    for (filter, runs) in [
        ("passes", true),
        ("fixture", true),
        ("fails", false),
        ("-passes", false),
    ] {
        let (ran, out) = ran(&[("TESTBRIDGE_TEST_ONLY", filter)]);
        is!(ran, runs, "{filter}");
        let says_why = out.contains("skipped: the filter in TESTBRIDGE_TEST_ONLY leaves it out\n");
        is!(says_why, !runs, "{filter}: {out}");
    }
    let vars = [("TESTBRIDGE_TEST_ONLY", "fails/panics"), ("TEST_RUN_NUMBER", "3")];
    let (passed, out) = run("fails", &[], &vars);
    nok!(passed);
    like!(out, "no luck");
    unlike!(out, "invalid digit", "the filter reaches a subtest");
    let vars = [
        ("BAZEL_TEST", "1"),
        ("TEST_RUN_NUMBER", "3"),
        ("ASYNC_TEST_RANDOM", "1"),
    ];
    let (passed, out) = run("deep_failure", &[], &vars);
    nok!(passed);
    like!(
        out,
        "run again: .* ASYNC_TEST_SEED=3 cargo test",
        "the number of the run is the seed"
    );
    let vars = [
        ("BAZEL_TEST", "1"),
        ("TEST_TARGET", "//store:tests"),
        ("TEST_TIMEOUT", "6"),
    ];
    let (passed, out) = run("hangs_for_long", &[], &vars);
    nok!(passed);
    like!(
        out,
        "the time of TEST_TIMEOUT=6 is nearly up; running: fixture::hangs_for_long"
    );
    like!(out, "cleaned up in time");
    let again = "run again: bazel test //store:tests --test_arg=--exact --test_arg=fixture::hangs_for_long";
    ok!(out.contains(again), "{out}");
    let (passed, out) = run("passes", &[], &[("BAZEL_TEST", "1"), ("TEST_TIMEOUT", "soon")]);
    nok!(passed, "a broken variable is not passed over");
    like!(out, "`TEST_TIMEOUT=soon` is not a whole number");
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

#[suite]
fn the_environment_chooses_by_tags() {
    let tagged = |expression: &str| run("has_a_tag", &["--nocapture"], &[("ASYNC_TEST_TAG", expression)]);
    let (passed, out) = tagged("net");
    ok!(passed);
    like!(out, "a slow part");
    let (passed, out) = tagged("not slow");
    ok!(passed);
    like!(out, "draws");
    unlike!(out, "a slow part");
    let (passed, out) = tagged("disk");
    ok!(passed, "the harness knows no test that skips itself");
    unlike!(out, "draws");
    like!(out, "(?m)^skipped: its tags, net, do not fit ASYNC_TEST_TAG$");
    let (passed, out) = tagged("net or");
    nok!(passed, "a broken expression is not passed over");
    like!(out, "`ASYNC_TEST_TAG=net or` is no expression of tags: at column 7");
}

#[suite]
fn what_is_skipped_as_a_whole_says_so() {
    let (passed, out) = run("is_skipped", &["--nocapture"], &[]);
    ok!(passed);
    like!(out, "(?m)^skipped: no disk$");
    let (passed, out) = run("is_skipped", &["--nocapture"], &[("ASYNC_TEST_FORMAT", "tap")]);
    ok!(passed);
    like!(out, "(?m)^ok 1 - fixture::is_skipped # SKIP no disk$");
}

#[suite]
fn the_environment_repeats_each_suite() {
    let repeated = |vars: &[(&str, &str)]| run("third_run_fails", &["--nocapture"], vars);
    let (passed, out) = repeated(&[("ASYNC_TEST_REPEAT", "2")]);
    ok!(passed);
    like!(out, "run 2");
    let (passed, out) = repeated(&[("ASYNC_TEST_REPEAT", "9")]);
    nok!(passed);
    unlike!(out, "run 4", "the first failure is the last run");
    let (passed, _) = repeated(&[("ASYNC_TEST_REPEAT", "9"), ("ASYNC_TEST_RETRIES", "1")]);
    ok!(passed, "the fourth run is another attempt of the third");
    let (passed, out) = repeated(&[("ASYNC_TEST_UNTIL_FAIL", "1")]);
    nok!(passed);
    unlike!(out, "run 1", "it would never end");
    like!(
        out,
        "`ASYNC_TEST_UNTIL_FAIL` needs a bound here.*`ASYNC_TEST_REPEAT=1000`"
    );
    let (passed, _) = repeated(&[("ASYNC_TEST_UNTIL_FAIL", "1"), ("ASYNC_TEST_REPEAT", "2")]);
    ok!(passed);

    let drawn = |vars: &[(&str, &str)]| {
        let (_, out) = run("has_a_tag", &["--nocapture"], vars);
        let lines = out.lines().filter_map(|line| line.split_once("draws "));
        lines.map(|(_, value)| value.to_owned()).collect::<Vec<_>>()
    };
    let both = drawn(&[("ASYNC_TEST_SEED", "7"), ("ASYNC_TEST_REPEAT", "2")]);
    is!(
        both,
        [drawn(&[("ASYNC_TEST_SEED", "7")]), drawn(&[("ASYNC_TEST_SEED", "8")])].concat(),
        "every pass has the next seed"
    );
}

#[suite]
fn the_environment_stops_after_a_failure() {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(exe);
    command.env_remove("ASYNC_TEST_FORMAT").env("ASYNC_TEST_FAIL_FAST", "1");
    // On one thread the harness goes by the alphabet.
    command.args(["--ignored", "--test-threads=1", "--nocapture", "--exact"]);
    command.args(["fixture::is_plain", "fixture::passes"]);
    let output = command.output().expect("this program can be run again");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    nok!(output.status.success());
    unlike!(out, "printed by a passing suite");
    like!(
        out,
        "(?m)skipped: another suite has failed, and nothing is to be started after a failure$"
    );
}

#[suite]
fn a_flaky_suite_passes_and_is_called_flaky() {
    let (passed, out) = run("flaky", &[], &[]);
    ok!(passed);
    like!(
        out,
        r"(?m)^async-test-suite: `fixture::flaky` is flaky: passed at attempt 3 of 3; --show-output shows why$"
    );
    let (_, out) = run("flaky", &["--show-output"], &[]);
    for attempt in 1..=2 {
        like!(
            out,
            format!(r"(?m)^✗ fixture::flaky  attempt {attempt} of 3, 1 of 1 failed")
        );
        like!(out, format!("got +{attempt}\n"));
    }
    let (passed, out) = run("fails_always", &[], &[]);
    nok!(passed);
    is!(out.matches("no luck").count(), 2, "both attempts are shown");
    unlike!(out, "flaky");
}

#[suite]
fn a_path_that_names_nothing_is_told() {
    let (passed, out) = run("fails", &[], &[("ASYNC_TEST_FILTER", "fixture::fails/panic")]);
    nok!(passed);
    like!(out, "no subtest is called `fixture::fails/panic`");
    like!(out, "found +inner");
    unlike!(out, "no luck");
    let (passed, out) = run("has_a_tag", &[], &[("ASYNC_TEST_FILTER", "fixture::has_a_tag/gone")]);
    nok!(passed, "what is named must run");
    like!(out, "no subtest is called `fixture::has_a_tag/gone`");
    let (passed, out) = run("passes", &[], &[("ASYNC_TEST_FILTER", "fixture::pases/gone")]);
    ok!(passed);
    like!(
        out,
        "(?m)^async-test-suite: warning: `fixture::pases/gone` in `ASYNC_TEST_FILTER` names no suite of this program"
    );
}

#[suite]
fn a_variable_without_effect_says_so_once() {
    let (passed, out) = run(
        "third_run_fails",
        &[],
        &[("ASYNC_TEST_REPORT", "tap=never.tap"), ("ASYNC_TEST_REPEAT", "2")],
    );
    ok!(passed);
    is!(out.matches("async-test-suite: warning: ").count(), 1, "{out}");
    like!(
        out,
        "`ASYNC_TEST_REPORT` has no effect here.*`harness = false` and `main!`"
    );
    nok!(std::path::Path::new("never.tap").exists());
}

#[suite]
fn suites_of_one_group_take_turns() {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(exe);
    command
        .env_remove("ASYNC_TEST_FORMAT")
        .env_remove("RUST_TEST_THREADS")
        .args(["--ignored", "--test-threads=4", "fixture::in_turn"]);
    let output = command.output().expect("this program can be run again");
    let out = String::from_utf8_lossy(&output.stdout);
    ok!(output.status.success(), "{out}");
    like!(out, "4 passed");
}

/// Where the stack stood in the body of `notes_its_place`.
static PLACE: AtomicUsize = AtomicUsize::new(0);

#[suite]
async fn notes_its_place() {
    let here = 0_u8;
    PLACE.store(&raw const here as usize, Ordering::Relaxed);
    ok!(PLACE.load(Ordering::Relaxed) > 0);
}

/// Of a thread that ends glibc keeps 16 KiB of its stack for the next one, and each test has a thread: what goes deeper
/// costs every test a page that is taken and given back. Without optimization a body stands 8 to 10 KiB below its test, and
/// its checks and its end go 4 KiB deeper.
#[test]
fn a_body_stands_not_too_deep_in_the_stack() {
    let here = 0_u8;
    let _ = notes_its_place();
    let deep = (&raw const here as usize).abs_diff(PLACE.load(Ordering::Relaxed));
    assert!(deep < 10 * 1024, "{deep} bytes");
}
