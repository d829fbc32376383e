//! The command line of `main!`, by running this very binary again over the suites in `fixture`.

use std::process::{Command, Output};

use async_test_suite::prelude::*;

async_test_suite::main!();

/// A format that tells nothing.
#[derive(Default)]
struct Silent;

impl async_test_suite::Reporter for Silent {
    fn record(&mut self, _: &async_test_suite::record::Record, _: &mut dyn std::io::Write) -> std::io::Result<()> {
        Ok(())
    }
}

async_test_suite::register_reporter!("cli-silent", Silent);

/// Suites that only run when this binary is run by itself.
mod fixture {
    use async_test_suite::prelude::*;

    #[suite(plan = 1, when = env("CLI_FIXTURE"))]
    async fn passes() {
        ok!(true, "fine");
    }

    #[suite(when = env("CLI_FIXTURE"))]
    async fn fails() {
        ok!(true, "fine");
        is!(1 + 1, 3, "arithmetic");
        subtest!("inner", {
            flunk!("deep");
        });
        subtest!("other one", {
            pass!("not interesting");
        });
    }

    #[suite(when = env("CLI_FIXTURE"))]
    #[ignore = "too slow"]
    async fn ignored() {
        pass!("it ran");
    }

    #[suite(when = env("CLI_FIXTURE"))]
    async fn late_plan() {
        ok!(true);
        plan!(3);
    }

    #[suite(when = env("CLI_DEEP"))]
    async fn deep_failure() {
        subtest!("the part", {
            subtest!("that holds", { pass!("fine") });
            subtest!("that fails", { flunk!("this one") });
        });
    }

    #[suite(retries = 2, when = env("CLI_FLAKY"))]
    async fn flaky() {
        static RUNS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let run = RUNS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        is!(run, 3, "the third attempt");
    }

    #[suite(repeat = 3, when = env("CLI_FLAKY"))]
    async fn repeated() {
        pass!("every time");
    }

    #[suite(when = env("CLI_BAIL"))]
    async fn bails(t: Suite) {
        t.on_finish(async {});
        bail_out!("no disk");
        std::future::pending::<()>().await;
    }
}

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(args: &[&str], vars: &[(&str, &str)]) -> Run {
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(exe);
    for (name, _) in std::env::vars().filter(|(name, _)| {
        name.starts_with("ASYNC_TEST") || name.starts_with("RUST_TEST") || name.starts_with("NEXTEST")
    }) {
        command.env_remove(name);
    }
    command
        .env("CLI_FIXTURE", "1")
        .env("NO_COLOR", "1")
        .args(args)
        .envs(vars.iter().copied());
    let Output { status, stdout, stderr } = command.output().expect("this program can be run again");
    Run {
        code: status.code(),
        out: String::from_utf8(stdout).expect("the output is UTF-8"),
        err: String::from_utf8(stderr).expect("the error stream is UTF-8"),
    }
}

#[suite]
fn a_run_ends_with_the_line_of_the_built_in_harness() {
    let all = run(&["fixture::"], &[]);
    is!(all.code, Some(101));
    like!(all.out, r"(?m)^running 8 tests$");
    like!(all.out, r"(?m)^test fixture::passes \.\.\. ok$");
    like!(all.out, r"(?m)^test fixture::fails \.\.\. FAILED$");
    like!(all.out, r"(?m)^test fixture::ignored \.\.\. ignored, too slow$");
    like!(
        all.out,
        r"(?m)^test result: FAILED\. 1 passed; 2 failed; 5 ignored; 0 measured; \d+ filtered out; finished in "
    );
    let one = run(&["--exact", "fixture::passes"], &[]);
    is!(one.code, Some(0));
    like!(
        one.out,
        r"(?m)^test result: ok\. 1 passed; 0 failed; 0 ignored; 0 measured; \d+ filtered out; finished in "
    );
}

#[suite]
fn a_failure_says_what_where_and_how_to_see_it_again() {
    let seen = run(&["--exact", "fixture::fails"], &[]);
    for part in [
        "arithmetic",
        "tests/cli.rs:",
        "expected",
        "3",
        "got",
        "2",
        "inner",
        "deep",
    ] {
        ok!(seen.out.contains(part), "it shows {part:?}");
    }
    like!(
        seen.out,
        r"run again: cargo test -p async-test-suite --test cli -- fixture::fails --exact"
    );
}

#[suite]
fn a_filter_reaches_a_subtest_and_the_command_of_a_failure_uses_it() {
    let seen = run(&["--exact", "fixture::fails/other one", "--format", "tap"], &[]);
    like!(seen.out, "(?m)^    ok 3 - inner # SKIP filtered out$");
    like!(seen.out, "(?m)^        ok 1 - not interesting$");
    let by_variable = run(
        &["fixture::fails"],
        &[("ASYNC_TEST_FILTER", "fixture::fails/other one")],
    );
    unlike!(by_variable.out, "deep");
    let deep = |args: &[&str]| run(args, &[("CLI_DEEP", "1")]).out;
    let command = "-- 'fixture::deep_failure/the part/that fails' --exact";
    like!(deep(&["--exact", "fixture::deep_failure"]), format!("{command}\n"));
    let again = deep(&["fixture::deep_failure/the part/that fails", "--exact"]);
    like!(again, "this one");
    like!(again, "0 passed; 1 failed");
    let seeded = deep(&["--exact", "fixture::deep_failure", "--random", "--seed", "9"]);
    like!(seeded, format!("{command} --seed 9\n"));
}

#[suite]
fn filters_and_lists_are_those_of_the_built_in_harness() {
    let list = run(&["--list", "--format", "terse", "fixture"], &[]);
    is!(list.code, Some(0));
    is!(
        list.out,
        "fixture::bails: test\nfixture::deep_failure: test\nfixture::fails: test\nfixture::flaky: test\nfixture::ignored: test\nfixture::late_plan: test\nfixture::passes: test\nfixture::repeated: test\n"
    );
    let ignored = run(&["--list", "--format", "terse", "--ignored"], &[]);
    is!(ignored.out, "fixture::ignored: test\n");
    let pretty = run(&["--list", "fixture::passes"], &[]);
    is!(pretty.out, "fixture::passes: test\n\n1 test, 0 benchmarks\n");
    let only = run(&["--ignored", "fixture"], &[]);
    like!(only.out, r"(?m)^test fixture::ignored \.\.\. ok$");
    let skipped = run(
        &["fixture", "--skip", "fails", "--skip", "late", "--skip", "bails"],
        &[],
    );
    is!(skipped.code, Some(0));
}

#[suite]
fn bad_input_gets_one_clear_line() {
    // arguments, variables, what the one line on the error stream says; nothing runs
    type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a [&'a str]);
    let rows: &[Row<'_>] = &[
        (
            &["--format", "jsno"],
            &[],
            &["`--format=jsno`", "json, ", "pretty", "cli-silent"],
        ),
        (
            &[],
            &[("ASYNC_TEST_FORMAT", "jsno")],
            &["`ASYNC_TEST_FORMAT=jsno`", "cli-silent"],
        ),
        (&["--report", "silent=x"], &[], &["`--report=silent=x`", "cli-silent"]),
        (
            &["--report", "tap=/nowhere/at/all.tap"],
            &[],
            &["/nowhere/at/all.tap", "does not exist"],
        ),
        (
            &[],
            &[("ASYNC_TEST_REPORT", "tap=/nowhere/at/all.tap")],
            &["/nowhere/at/all.tap"],
        ),
        (
            &["--report", "tap=/"],
            &[],
            &["the tap report cannot be written to `/`"],
        ),
        (
            &["--logfile", "/nowhere/at/all.log"],
            &[],
            &["warning: `--logfile`", "error: `--logfile=/nowhere/at/all.log`"],
        ),
        (
            &["--list", "--logfile", "/"],
            &[],
            &["warning: `--logfile`", "error: `--logfile=/`"],
        ),
        (&["--seed", "x"], &[], &["`--seed=x`"]),
        (&["--seed", "18446744073709551616"], &[], &["below 2^64"]),
        (&[], &[("ASYNC_TEST_SEED", "-1")], &["`ASYNC_TEST_SEED=-1`"]),
        (&["--seed=1", "--seed=2"], &[], &["`--seed` is given more than once"]),
        (
            &["--format=tap", "--format=json"],
            &[],
            &["`--format` is given more than once"],
        ),
        (&["--tag=a", "--tag=b"], &[], &["`--tag` is given more than once"]),
        (&[], &[("ASYNC_TEST_JOBS", "many")], &["`ASYNC_TEST_JOBS=many`"]),
        (&[], &[("ASYNC_TEST_TIMEOUT", "soon")], &["`ASYNC_TEST_TIMEOUT=soon`"]),
        (&["--repeat", "0"], &[], &["`--repeat=0`"]),
        (&["--retries", "twice"], &[], &["`--retries=twice`"]),
        (&["--timeout"], &[], &["`--timeout` has no value"]),
        (&["--exact=yes"], &[], &["`--exact=yes` takes no value"]),
    ];
    for (args, vars, says) in rows {
        let seen = run(&[&["fixture::passes"], *args].concat(), vars);
        is!(seen.code, Some(101), "the exit code of {args:?} {vars:?}");
        is!(seen.out, "", "nothing has run");
        for part in *says {
            ok!(seen.err.contains(part), "{args:?} {vars:?} says {part:?}: {}", seen.err);
        }
        let errors = seen.err.lines().filter(|line| line.starts_with("error: ")).count();
        let warnings = usize::from(seen.err.starts_with("warning: "));
        is!((errors, seen.err.lines().count()), (1, 1 + warnings));
    }
}

#[suite]
fn what_is_only_odd_is_a_warning() {
    // arguments, variables, what the error stream says
    type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);
    let rows: &[Row<'_>] = &[
        (
            &["fixture::pases"],
            &[],
            "no suite matches `fixture::pases`; did you mean `fixture::passes`?",
        ),
        (
            &["--no-such-flag", "fixture::passes"],
            &[],
            "unknown option `--no-such-flag` is ignored; `fixture::passes` is taken as a filter",
        ),
        (
            &["--no-such-flag", "value", "fixture::passes"],
            &[],
            "unknown option `--no-such-flag` is ignored, and `value` as its value (if it is a filter, put it before the option or write `-- value`)",
        ),
        (
            &["fixture::passes", "--exakt"],
            &[],
            "unknown option `--exakt` is ignored; did you mean `--exact`?",
        ),
        (
            &["fixture::passes"],
            &[("ASYNC_TEST_TIMOUT", "1s")],
            "the variable `ASYNC_TEST_TIMOUT` means nothing; did you mean `ASYNC_TEST_TIMEOUT`?",
        ),
    ];
    for (args, vars, says) in rows {
        let seen = run(args, vars);
        is!(seen.code, Some(0), "{args:?} {vars:?}");
        is!(seen.err, format!("warning: {says}\n"));
        let ran = usize::from(args.contains(&"fixture::passes"));
        is!(seen.out.matches("... ok").count(), ran);
    }
}

#[suite]
fn a_late_plan_fails_its_suite_with_advice() {
    let seen = run(&["--exact", "fixture::late_plan"], &[]);
    is!(seen.code, Some(101));
    like!(seen.out, "the plan comes too late");
    like!(seen.out, "put the plan before the first check");
}

#[suite]
fn tap_programs_exit_with_the_count_of_failures() {
    let seen = run(&["--format", "tap", "fixture::"], &[]);
    is!(seen.code, Some(2));
    like!(seen.out, r"(?m)^1\.\.8$");
    like!(seen.out, r"(?m)^        not ok 1 - deep$");
    let fine = run(&["--format", "tap", "--exact", "fixture::passes"], &[]);
    is!(fine.code, Some(0));
    let bailed = run(&["--format", "tap", "--exact", "fixture::bails"], &[("CLI_BAIL", "1")]);
    is!(bailed.code, Some(255));
    like!(bailed.out, "(?m)^Bail out! no disk$");
    let pretty = run(&["--exact", "fixture::bails"], &[("CLI_BAIL", "1")]);
    is!(pretty.code, Some(101));
}

#[suite]
fn several_reports_are_written_at_once() {
    let folder = std::env::temp_dir().join(format!("async-test-suite-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for reports can be made");
    let file = folder.join("out.tap");
    let report = format!("tap={}", file.display());
    let seen = run(&["--report", &report, "fixture::passes"], &[]);
    is!(seen.code, Some(0));
    like!(seen.out, "test fixture::passes");
    let tap = std::fs::read_to_string(&file).unwrap_or_default();
    like!(tap, r"(?m)^ok 1 - fixture::passes$");
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}

#[suite]
fn the_same_seed_gives_the_same_order() {
    let order = |seed: &str| {
        let seen = run(&["--random", "--seed", seed, "--test-jobs", "1", "fixture::"], &[]);
        let rows = seen.out.lines().filter(|line| line.starts_with("test fixture"));
        rows.map(str::to_owned).collect::<Vec<_>>()
    };
    is!(order("7"), order("7"));
    let orders: std::collections::BTreeSet<_> = (1..9).map(|seed| order(&seed.to_string())).collect();
    ok!(orders.len() > 1, "eight seeds give {} orders", orders.len());
}

#[suite]
fn a_reader_that_goes_away_ends_nothing() {
    use std::io::Read as _;
    let exe = std::env::current_exe().expect("a test knows its program");
    let mut child = Command::new(exe)
        .args(["--format", "tap", "fixture::passes"])
        .env("CLI_FIXTURE", "1")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("this program can be run again");
    drop(child.stdout.take());
    let mut err = String::new();
    if let Some(mut pipe) = child.stderr.take() {
        pipe.read_to_string(&mut err).expect("the error stream is UTF-8");
    }
    is!(child.wait().expect("it ends").code(), Some(0));
    is!(err, "");
}

#[suite]
fn a_suite_is_tried_again_and_a_failed_attempt_does_not_count() {
    let seen = run(&["--exact", "fixture::flaky", "--format", "tap"], &[("CLI_FLAKY", "1")]);
    is!(seen.code, Some(0));
    like!(
        seen.out,
        "(?m)^not ok 1 - fixture::flaky # TODO attempt 1 of 3 failed, it is tried again$"
    );
    like!(seen.out, "(?m)^ok 3 - fixture::flaky$");
    let repeated = run(
        &["--exact", "fixture::repeated", "--format", "tap"],
        &[("CLI_FLAKY", "1")],
    );
    like!(repeated.out, "(?m)^ok 3 - fixture::repeated$");
}
