//! The test cases of the ancestor, `Test::Async` for Raku, on what issue 3 names: each with the outcome that the ancestor
//! promises. What a row of the seed map shows in more depth is in `seed_map_*.rs`; see `docs/seed-map.md`.
#![allow(clippy::exit, reason = "what is looked at")]

mod seed_map;

use std::sync::Arc;

use async_test_suite::claim::Problem;
use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Plan};
use seed_map::{fixture, labels, letters, problems};

mod fixture {
    use super::*;

    #[suite]
    #[ignore = "run by exit_inside_a_suite"]
    async fn exits() {
        pass!("counted");
        flunk!("and lost");
        std::process::exit(0);
    }
}

#[suite(plan = 6)]
async fn plan() {
    let rows = [
        // planned, run, parallel: the verdict
        (Some(2), 2, false, Verdict::Passed),
        (Some(2), 1, false, Verdict::Failed),
        (Some(2), 3, true, Verdict::Failed),
        (None, 0, false, Verdict::Passed),
        (Some(0), 0, true, Verdict::Passed),
        (Some(4), 4, true, Verdict::Passed),
    ];
    for (planned, run, parallel, verdict) in rows {
        let seen = Intercept::new()
            .run("suite", move |t| async move {
                let mut plan = Plan::new();
                (plan.tests, plan.parallel) = (planned, Some(parallel));
                t.plan(plan).expect("in time");
                for n in 0..run {
                    subtest!("{n}", { pass!() });
                }
            })
            .await;
        is!(
            seen.verdict(),
            verdict,
            "planned {planned:?}, run {run}, parallel {parallel}"
        );
    }
}

#[suite]
async fn skip() {
    let seen = Intercept::new()
        .plan(Plan::new().tests(7))
        .run("suite", |_| async {
            skip!("one");
            skip!("two", 2);
            subtest!("skips itself", {
                plan!(2, skip_all = "no reason");
                flunk!();
                flunk!();
            });
            subtest!("skips what remains", {
                pass!();
                skip_remaining!("enough");
                flunk!();
            });
            skip_rest!("the rest");
        })
        .await;
    is!(letters(&seen, "suite"), "SSSSPSS");
    is!(letters(&seen, "suite/skips itself"), "SS");
    is!(letters(&seen, "suite/skips what remains"), "PS");
    is!(seen.verdict(), Verdict::Passed);
}

#[suite]
async fn todo() {
    let seen = Intercept::new()
        .run("suite", |_| async {
            todo_next!("two of them", 2);
            flunk!();
            pass!();
            pass!();
            todo_next!("a subtest");
            subtest!("is todo", async |t| {
                assert!(t.is_todo());
                flunk!();
            });
            subtest!("has todo", async |t| {
                todo_remaining!("all in it");
                assert!(!t.is_todo());
                flunk!();
                subtest!("deeper", async |t| assert!(t.is_todo()));
            });
            subtest!("is planned as todo", todo = "by its plan", { flunk!() });
        })
        .await;
    is!(letters(&seen, "suite"), "TUPTPT");
    is!(letters(&seen, "suite/has todo"), "TU");
    is!(seen.verdict(), Verdict::Passed);
}

#[suite(parallel)]
async fn subtests() {
    for (name, plan) in [
        ("sequential", Plan::new()),
        ("parallel", Plan::new().parallel()),
        ("random", Plan::new().random()),
    ] {
        let seen = Intercept::new()
            .plan(plan.tests(3))
            .run("suite", |_| async {
                subtest!("passes", { pass!() });
                subtest!("nested", {
                    subtest!("deeper", {
                        subtest!("deepest", { pass!() });
                    });
                });
                subtest!("fails", plan = 2, {
                    pass!();
                    flunk!();
                });
            })
            .await;
        is!(seen.verdict(), Verdict::Failed, "{name}");
        is!(seen.end().tally.run, 3, "{name}");
        is!(seen.end().tally.failed, 1, "{name}");
        is!(letters(&seen, "suite/nested/deeper/deepest"), "P", "{name}");
    }
}

#[suite]
async fn flunks() {
    let seen = Intercept::new()
        .run("suite", |_| async {
            test_flunks!("one");
            flunk!();
            test_flunks!("two", 2);
            nok!(true);
            is!(1, 2);
            pass!();
            test_flunks!("a subtest");
            subtest!("fails", {
                test_flunks!(remaining);
                flunk!();
                pass!("which breaks the promise");
            });
        })
        .await;
    is!(letters(&seen, "suite"), "IIIPI");
    is!(letters(&seen, "suite/fails"), "IN");
    is!(seen.verdict(), Verdict::Passed);
}

#[suite]
async fn when() {
    let seen = Intercept::new()
        .run("suite", |_| async {
            subtest!("unmet", when = any(mode("surely_unset"), env("SURELY_UNSET")), {
                panic!("it runs")
            });
            subtest!("met", when = none(env("SURELY_UNSET")), { pass!() });
        })
        .await;
    let why = "unmet: any($SURELY_UNSET_TESTING, $SURELY_UNSET)";
    is!(
        seed_map::verdicts(&seen, "suite"),
        [Verdict::Skipped(why.into()), Verdict::Passed]
    );
}

#[suite]
async fn dying_subtests() {
    for plan in [
        Plan::new(),
        Plan::new().parallel(),
        Plan::new().random(),
        Plan::new().parallel().random(),
    ] {
        let seen = Intercept::new()
            .plan(plan)
            .run("suite", |_| async {
                subtest!("dies", plan = 5, {
                    pass!("before");
                    subtest!("inner", { panic!("deep") });
                    panic!("on {}", "purpose");
                });
                subtest!("returns an error", { Err::<(), _>(std::io::Error::other("no disk"))? });
                subtest!("goes on", { pass!() });
            })
            .await;
        let mut ends = labels(&seen, "suite")
            .into_iter()
            .zip(letters(&seen, "suite").chars())
            .collect::<Vec<_>>();
        ends.sort();
        let expected = [("dies", 'F'), ("goes on", 'P'), ("returns an error", 'F')];
        is!(ends, expected.map(|(name, letter)| (name.to_owned(), letter)));
        // The panic is why the plan was not kept, so only the panic is told.
        matches_ok!(
            &problems(&seen, "suite/dies")[..],
            [Problem::Panicked(panic)] if panic.message == "on purpose"
                && panic.at.as_ref().is_some_and(|at| at.file == file!())
        );
        matches_ok!(&problems(&seen, "suite/returns an error")[..], [Problem::Returned(_)]);
        is!(seen.end().tally.run, 3);
    }
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
async fn threads_that_the_job_manager_did_not_start() {
    let seen = Intercept::new()
        .run("suite", |t| async move {
            let handle = t.clone();
            let plain = std::thread::spawn(move || (0..50).all(|n| handle.ok(n < 50, format!("plain {n}"))));
            let task = tokio::spawn(t.scope(async { (0..50).all(|n| ok!(n < 50, "task {n}")) }));
            let handle = t.clone();
            let blocking = tokio::task::spawn_blocking(move || {
                handle.sync_scope(|| {
                    assert_eq!(Suite::current().path(), "suite");
                    (0..50).all(|n| ok!(n < 50, "blocking {n}"))
                })
            });
            let lost = tokio::spawn(async { Suite::try_current().is_none() });
            assert!(task.await.unwrap() && blocking.await.unwrap() && lost.await.unwrap());
            assert!(tokio::task::block_in_place(|| plain.join()).unwrap());
            assert_eq!(t.tests_run(), 150);
        })
        .await;
    is!(letters(&seen, "suite"), "P".repeat(150), "{:?}", seen.end().problems);
    for who in ["plain", "task", "blocking"] {
        let own = labels(&seen, "suite")
            .into_iter()
            .filter(|label| label.starts_with(who));
        is!(
            own.collect::<Vec<_>>(),
            (0..50).map(|n| format!("{who} {n}")).collect::<Vec<_>>(),
            "in its own order"
        );
    }
}

#[suite(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_concurrent_subtests() {
    let seen = Intercept::new()
        .plan(Plan::new().parallel().tests(1000).test_jobs(1000))
        .run("suite", |t| async move {
            let all = Arc::new(tokio::sync::Barrier::new(1000));
            for n in 0..1000_u32 {
                let all = all.clone();
                subtest!("child {n}", plan = 2, {
                    // Every one of them is there before any may go on.
                    all.wait().await;
                    ok!(n % 10 != 0, "check {n}");
                    pass!();
                });
            }
            t.jobs().await_all_jobs().await.unwrap();
            assert_eq!((t.tests_run(), t.tests_failed()), (1000, 100));
        })
        .await;
    is!(
        (seen.end().tally.run, seen.end().tally.failed),
        (1000, 100),
        "{:?}",
        seen.end().problems.first()
    );
    is!(seen.end().problems.len(), 0);
    is!(
        seen.run_end().checks.run,
        2000,
        "two checks in each; a subtest is counted by what is in it"
    );
    let tap = seen.render("tap");
    is!(
        tap.lines()
            .filter(|line| line.starts_with("    ok ") || line.starts_with("    not ok "))
            .count(),
        1000
    );
}

/// In place of `exit`: `abort_testing!` ends a suite and everything in it, `bail_out!` ends the run. The standard `exit`
/// ends the process, and nothing after it is run; but a run that it cuts short is never a success (`docs/faults.md`).
#[suite]
async fn exit_inside_a_suite() {
    let seen = Intercept::new()
        .run("suite", |_| async {
            subtest!("aborts", plan = 9, async |t| {
                t.on_finish(async { diag!("cleaned up") });
                pass!("counted");
                subtest!("inside", spawned, { std::future::pending::<()>().await });
                abort_testing!();
                flunk!("ignored");
                std::future::pending::<()>().await;
            });
            pass!("the suite around it goes on");
        })
        .await;
    is!(letters(&seen, "suite"), "PP");
    is!(
        letters(&seen, "suite/aborts"),
        "PP",
        "with the subtest that was ended with it"
    );
    like!(seen.render("tap"), "cleaned up");
    let standard = fixture("exits", &[]);
    is!(
        standard.code,
        Some(if cfg!(unix) { 101 } else { 0 }),
        "no success, whatever code `exit` was given"
    );
    unlike!(standard.out, "test result", "the harness does not get to say anything");
}

/// A check that is made of several, and one that is a function of the user's own.
#[suite]
async fn test_assertions() {
    #[track_caller]
    fn is_even(number: u32) -> bool {
        Suite::current().proclaim(number % 2 == 0, format!("{number} is even"))
    }
    let (line, seen) = (
        line!() + 3,
        Intercept::new()
            .run("suite", |_| async {
                is_even(1);
                assert!(is_even(2));
            })
            .await,
    );
    is!(letters(&seen, "suite"), "FP");
    is!(
        seen.checks("suite")[0].at.line,
        line,
        "the line of the test, not of the assertion"
    );
    let seen = Intercept::new()
        .run("suite", |_| async { assert_eq!(1 + 1, 3, "ordinary assertions work") })
        .await;
    matches_ok!(&problems(&seen, "suite")[..], [Problem::Panicked(panic)] if panic.message.contains("ordinary"));
}
