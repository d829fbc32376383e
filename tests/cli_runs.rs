//! What runs and how often: `--tag`, `--repeat`, `--until-fail`, `--retries`, `--fail-fast` and the key `serial`, by
//! running this very binary again over the suites in `fixture`.

mod support;

use async_test_suite::prelude::*;
use support::{Run, this_program};

async_test_suite::main!();

/// Suites that only run when this binary is run by itself.
mod fixture {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use async_test_suite::prelude::*;

    mod tagged {
        use super::*;

        #[suite(tags("net"), when = env("RUNS_FIXTURE"))]
        async fn net() {
            subtest!("inherits", { pass!("net") });
            subtest!("crawls", tags("slow"), { pass!("net and slow") });
        }

        #[suite(tags("net", "slow"), when = env("RUNS_FIXTURE"))]
        async fn both() {
            pass!("fine");
        }

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn none() {
            pass!("fine");
        }
    }

    mod passes {
        use super::*;

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn third_fails() {
            static PASSES: AtomicU32 = AtomicU32::new(0);
            let pass = PASSES.fetch_add(1, Ordering::Relaxed) + 1;
            isnt!(pass, 3, "the pass");
        }

        #[suite(repeat = 2, when = env("RUNS_FIXTURE"))]
        async fn holds(t: Suite) {
            diag!("seed {}, draws {}", t.seed(), t.rng("value").u64(..));
            pass!("fine");
        }

        #[suite(when = env("RUNS_FIXTURE"))]
        #[ignore = "never"]
        async fn ignored() {
            pass!("fine");
        }
    }

    mod late {
        use super::*;

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn second_pass_fails_the_run() {
            static PASSES: AtomicU32 = AtomicU32::new(0);
            static FIRST: std::sync::OnceLock<Suite> = std::sync::OnceLock::new();
            let t = Suite::try_current().expect("a suite runs");
            let first = FIRST.get_or_init(|| t);
            if PASSES.fetch_add(1, Ordering::Relaxed) == 1 {
                first.pass("too late");
            }
            pass!("fine");
        }
    }

    mod after_the_end {
        use std::sync::atomic::AtomicBool;

        use super::*;

        static HAS_CHECKED: AtomicBool = AtomicBool::new(false);

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn a_ends_and_checks() {
            let t = Suite::current();
            std::thread::spawn(move || {
                while !["Finished", "Dismissed"].contains(&&*format!("{:?}", t.stage())) {
                    std::hint::spin_loop();
                }
                for _ in 0..10 {
                    t.pass("too late");
                }
                HAS_CHECKED.store(true, Ordering::Release);
            });
            pass!("in time");
        }

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn b_goes_on_until_then() {
            while !HAS_CHECKED.load(Ordering::Acquire) {
                tokio::task::yield_now().await;
            }
        }
    }

    mod left_behind {
        use std::sync::atomic::AtomicBool;

        use super::*;

        static HAS_DROPPED: AtomicBool = AtomicBool::new(false);

        struct Panics;

        impl Drop for Panics {
            fn drop(&mut self) {
                HAS_DROPPED.store(true, Ordering::Release);
                panic!("in the drop");
            }
        }

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn a_ends_and_is_given_something() {
            let t = Suite::current();
            std::thread::spawn(move || {
                while !["Finished", "Dismissed"].contains(&&*format!("{:?}", t.stage())) {
                    std::hint::spin_loop();
                }
                let panics = Panics;
                t.on_finish(async move { drop(panics) });
            });
        }

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn b_goes_on_until_it_is_dropped() {
            while !HAS_DROPPED.load(Ordering::Acquire) {
                tokio::task::yield_now().await;
            }
            // What panics now is heard before the end of the run.
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }

    mod retried {
        use super::*;

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn second_attempt_holds() {
            static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
            is!(ATTEMPTS.fetch_add(1, Ordering::Relaxed), 1, "attempt");
        }

        #[suite(retries = 1, when = env("RUNS_FIXTURE"))]
        async fn second_attempt_holds_by_key() {
            static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
            is!(ATTEMPTS.fetch_add(1, Ordering::Relaxed), 1, "attempt");
        }
    }

    mod fast {
        use super::*;

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn a_fails() {
            flunk!("now");
        }

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn b_comes_later() {
            pass!("fine");
        }

        #[suite(when = env("RUNS_FIXTURE"))]
        fn c_needs_a_thread() {
            pass!("fine");
        }
    }

    mod fast_and_retried {
        use std::sync::atomic::AtomicBool;

        use super::*;

        static HAS_FAILED: AtomicBool = AtomicBool::new(false);

        #[suite(retries = 1, when = env("RUNS_FIXTURE"))]
        async fn is_being_tried() {
            static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
            while !HAS_FAILED.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            // Time for the failure of the other to arrive.
            tokio::time::sleep(Duration::from_millis(100)).await;
            is!(ATTEMPTS.fetch_add(1, Ordering::Relaxed), 1, "attempt");
        }

        #[suite(when = env("RUNS_FIXTURE"))]
        async fn fails() {
            HAS_FAILED.store(true, Ordering::Relaxed);
            flunk!("now");
        }
    }

    /// Of one group, on every kind of runtime that there is.
    mod in_turn {
        use super::*;

        static INSIDE: AtomicU32 = AtomicU32::new(0);

        async fn alone() {
            is!(INSIDE.fetch_add(1, Ordering::SeqCst), 0, "nobody else is here");
            for _ in 0..4 {
                tokio::time::sleep(Duration::from_millis(1)).await;
                is!(INSIDE.load(Ordering::SeqCst), 1, "nobody else has come");
            }
            INSIDE.fetch_sub(1, Ordering::SeqCst);
        }

        #[suite(serial = "device", when = env("RUNS_FIXTURE"))]
        async fn one() {
            alone().await;
        }

        #[suite(serial = "device", repeat = 2, when = env("RUNS_FIXTURE"))]
        async fn two() {
            alone().await;
        }

        #[suite(serial = "device", flavor = "current_thread", when = env("RUNS_FIXTURE"))]
        async fn on_a_thread() {
            alone().await;
        }

        #[suite(serial = "device", when = env("RUNS_FIXTURE"))]
        async fn not_send() {
            let here = std::rc::Rc::new(());
            alone().await;
            drop(here);
        }

        #[suite(serial = "device", when = env("RUNS_FIXTURE"))]
        fn blocking() {
            is!(INSIDE.fetch_add(1, Ordering::SeqCst), 0, "nobody else is here");
            std::thread::sleep(Duration::from_millis(4));
            is!(INSIDE.fetch_sub(1, Ordering::SeqCst), 1, "nobody else has come");
        }
    }
}

type Variables<'a> = &'a [(&'a str, &'a str)];

fn run(args: &[&str], vars: Variables<'_>) -> Run {
    let mut command = this_program();
    command.env("RUNS_FIXTURE", "1").args(args).envs(vars.iter().copied());
    support::run(&mut command)
}

/// The last parts of the names of the suites that ran.
fn functions(run: &Run) -> Vec<String> {
    let last = |name: String| name.rsplit("::").next().unwrap_or_default().to_owned();
    run.ran().into_iter().map(last).collect()
}

#[suite]
fn tags_choose_suites() {
    // the expression; the suites that run
    let rows: &[(&str, &[&str])] = &[
        ("net", &["both", "net"]),
        ("net and not slow", &["net"]),
        ("slow | !net", &["both", "none"]),
        ("not (net or slow)", &["none"]),
        ("nobody", &[]),
    ];
    for (expression, expected) in rows {
        let by_flag = run(&["fixture::tagged", "--tag", expression], &[]);
        is!(by_flag.code, Some(0), "{expression}");
        is!(functions(&by_flag), expected.to_vec(), "--tag {expression}");
        let by_variable = run(&["fixture::tagged"], &[("ASYNC_TEST_TAG", expression)]);
        is!(
            functions(&by_variable),
            expected.to_vec(),
            "ASYNC_TEST_TAG={expression}"
        );
        let list = run(
            &["fixture::tagged", "--list", "--format", "terse", "--tag", expression],
            &[],
        );
        is!(list.out.lines().count(), expected.len(), "the list of {expression}");
    }
    let nobody = run(&["fixture::tagged", "--tag", "nett & slow"], &[]);
    like!(nobody.err, "no suite has the tag `nett`; did you mean `net`\\?");
    unlike!(nobody.err, "`slow`");
}

#[suite]
fn tags_choose_subtests_that_have_some() {
    let seen = run(&["fixture::tagged::net", "--tag", "not slow", "--format", "tap"], &[]);
    like!(seen.out, "(?m)^    ok 1 - inherits$");
    like!(seen.out, "(?m)^    ok 2 - crawls # SKIP filtered out$");
    let seen = run(&["fixture::tagged::net", "--tag", "net", "--format", "tap"], &[]);
    like!(seen.out, "(?m)^    ok 2 - crawls$");
    // A subtest has the tags of its suite, too.
    let seen = run(
        &["fixture::tagged::net", "--tag", "net & (slow | net)", "--format", "tap"],
        &[],
    );
    like!(seen.out, "(?m)^    ok 2 - crawls$");
}

#[suite]
fn a_broken_expression_is_told_with_its_column() {
    for (args, vars, name) in [
        (&["--tag", "net and"] as &[&str], &[] as Variables<'_>, "--tag"),
        (&[], &[("ASYNC_TEST_TAG", "net and")], "ASYNC_TEST_TAG"),
    ] {
        let seen = run(args, vars);
        is!(seen.code, Some(101));
        is!(seen.out, "");
        is!(
            seen.err,
            format!(
                "error: `{name}=net and` is no expression of tags: at column 8, a tag is expected, not the end; join \
                 tags with `and`, `or`, `not` and parentheses, for instance `net and not slow`\n"
            )
        );
    }
}

#[suite]
fn everything_is_run_again() {
    let seen = run(&["fixture::passes", "--repeat", "4"], &[]);
    is!(seen.code, Some(101));
    like!(
        seen.out,
        "(?m)^running 9 tests$",
        "two of them 4 times, and the ignored one once"
    );
    is!(seen.rows().len(), 12);
    is!(seen.out.matches("ignored ... ignored, never").count(), 1);
    like!(seen.out, "(?m)^4 passes: 3 held, 1 failed$");
    like!(seen.out, "11 passed; 1 failed; 1 ignored;");
    let once = run(&["fixture::passes::holds", "--repeat", "1"], &[]);
    like!(once.out, "(?m)^1 pass: 1 held, 0 failed$");
    let not_asked = run(&["fixture::passes::holds"], &[]);
    unlike!(not_asked.out, "pass(es)?: ");
}

#[suite]
fn a_failing_pass_is_the_last_one() {
    // arguments, variables, the line about the passes
    type Row<'a> = (&'a [&'a str], Variables<'a>, &'a str);
    let rows: &[Row<'_>] = &[
        (&["--until-fail"], &[], "3 passes: 2 held, 1 failed"),
        (&["--until-fail", "--repeat", "2"], &[], "2 passes: 2 held, 0 failed"),
        (&[], &[("ASYNC_TEST_UNTIL_FAIL", "1")], "3 passes: 2 held, 1 failed"),
        (
            &[],
            &[("ASYNC_TEST_UNTIL_FAIL", "yes"), ("ASYNC_TEST_REPEAT", "2")],
            "2 passes: 2 held, 0 failed",
        ),
        (&["--repeat", "9", "--fail-fast"], &[], "3 passes: 2 held, 1 failed"),
    ];
    for (args, vars, expected) in rows {
        let seen = run(&[&["fixture::passes"], *args].concat(), vars);
        like!(seen.out, format!("(?m)^{expected}$"), "{args:?} {vars:?}");
        is!(seen.code, Some(if expected.ends_with(" 0 failed") { 0 } else { 101 }));
    }
    // What fails the run and no suite of it counts, too.
    let late = run(&["fixture::late", "--until-fail", "--repeat", "5"], &[]);
    like!(late.out, "(?m)^2 passes: 1 held, 1 failed$");
    is!(late.code, Some(101));
}

#[suite]
fn a_run_of_nothing_is_not_repeated_for_ever() {
    for args in [
        &["no_such_suite", "--until-fail"] as &[&str],
        &["fixture::passes", "--until-fail"],
    ] {
        let seen = run(args, &[("RUNS_FIXTURE", "")]);
        is!(seen.code, Some(0));
        like!(seen.out, "(?m)^1 pass: 1 held, 0 failed$");
    }
}

#[suite]
fn each_pass_has_its_seed() {
    let seeds = |run: &Run| -> Vec<String> {
        let lines = run.out.lines().map(str::trim);
        let lines = lines.filter_map(|line| line.strip_prefix("# seed "));
        lines
            .filter(|line| line.contains(", draws "))
            .map(str::to_owned)
            .collect()
    };
    let three = run(
        &[
            "fixture::passes::holds",
            "--repeat",
            "3",
            "--seed",
            "41",
            "--format",
            "tap",
        ],
        &[],
    );
    let three = seeds(&three);
    is!(three.len(), 6, "two of each pass");
    for (index, seed) in ["41", "42", "43"].iter().enumerate() {
        let one = run(&["fixture::passes::holds", "--seed", seed, "--format", "tap"], &[]);
        is!(
            &three[2 * index..2 * index + 2],
            &seeds(&one)[..],
            "the pass of seed {seed}"
        );
    }
    let by_variable = run(
        &["fixture::passes::holds", "--format", "tap"],
        &[("ASYNC_TEST_REPEAT", "2"), ("ASYNC_TEST_SEED", "41")],
    );
    is!(seeds(&by_variable), three[..4].to_vec());
}

#[suite]
fn the_flag_has_the_last_word_about_retries() {
    // arguments, variables; whether the suites without and with the key `retries = 1` hold
    type Row<'a> = (&'a [&'a str], Variables<'a>, [bool; 2]);
    let rows: &[Row<'_>] = &[
        (&[], &[], [false, true]),
        (&["--retries", "1"], &[], [true, true]),
        (&["--retries", "0"], &[], [false, false]),
        (&[], &[("ASYNC_TEST_RETRIES", "2")], [true, true]),
        (&["--retries", "0"], &[("ASYNC_TEST_RETRIES", "2")], [false, false]),
    ];
    for (args, vars, held) in rows {
        let seen = run(&[&["fixture::retried"], *args].concat(), vars);
        let failed = held.iter().filter(|held| !**held).count();
        like!(
            seen.out,
            format!("test result: .* {} passed; {failed} failed;", 2 - failed),
            "{args:?} {vars:?}"
        );
        is!(seen.code, Some(if failed == 0 { 0 } else { 101 }));
    }
}

#[suite]
fn nothing_is_started_after_the_first_failure() {
    for (args, vars) in [
        (&["--fail-fast"] as &[&str], &[] as Variables<'_>),
        (&[], &[("ASYNC_TEST_FAIL_FAST", "1")]),
    ] {
        let seen = run(&[&["fixture::fast::", "--test-jobs", "1"], args].concat(), vars);
        is!(seen.code, Some(101));
        is!(functions(&seen), ["a_fails"], "{args:?} {vars:?}");
    }
    let all = run(
        &["fixture::fast::", "--test-jobs", "1"],
        &[("ASYNC_TEST_FAIL_FAST", "0")],
    );
    is!(all.rows().len(), 3);
}

#[suite]
fn what_has_begun_gets_its_last_try() {
    let seen = run(&["fixture::fast_and_retried", "--fail-fast"], &[]);
    is!(seen.code, Some(101));
    let mut rows = seen.rows();
    rows.sort();
    let row = |name: &str, held| (format!("fixture::fast_and_retried::{name}"), held);
    is!(rows, [row("fails", false), row("is_being_tried", true)]);
}

#[suite]
fn what_is_checked_as_soon_as_a_suite_has_ended_is_late() {
    for format in ["pretty", "tap", "json"] {
        let seen = run(&["fixture::after_the_end", "--format", format], &[]);
        isnt!(seen.code, Some(0), "{format}: {}", seen.out);
        is!(
            seen.out.matches("a check came after suite").count() >= 10,
            true,
            "{format}: {}",
            seen.out
        );
    }
}

#[suite]
fn what_is_left_with_a_suite_that_has_ended_is_dropped_where_its_panic_is_heard() {
    for _ in 0..10 {
        let seen = run(&["fixture::left_behind"], &[]);
        is!(seen.code, Some(101), "{}", seen.out);
        is!(seen.rows().len(), 2, "{}", seen.out);
        like!(seen.out, "in the drop");
    }
}

#[suite]
fn suites_of_one_group_take_turns() {
    for line in [
        &["fixture::in_turn"] as &[&str],
        &["fixture::in_turn", "--random", "--repeat", "3"],
    ] {
        let seen = run(line, &[]);
        is!(seen.code, Some(0), "{line:?} {}", seen.out);
        is!(seen.rows().len() % 6, 0, "each of them ran");
    }
}

#[suite]
fn what_would_never_end_is_refused_where_each_suite_has_a_process() {
    let nextest = [
        ("NEXTEST", "1"),
        ("NEXTEST_EXECUTION_MODE", "process-per-test"),
        ("ASYNC_TEST_UNTIL_FAIL", "1"),
    ];
    let seen = run(&["--exact", "fixture::passes::holds", "--nocapture"], &nextest);
    is!(seen.code, Some(101));
    like!(
        seen.err,
        "^error: `ASYNC_TEST_UNTIL_FAIL` needs a bound here.* `ASYNC_TEST_REPEAT`.*\n$"
    );
    let bounded = [&nextest[..], &[("ASYNC_TEST_REPEAT", "2")]].concat();
    let seen = run(&["--exact", "fixture::passes::holds", "--nocapture"], &bounded);
    is!(seen.code, Some(0));
    is!(seen.rows().len(), 4);
}
