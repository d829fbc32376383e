//! The seed map, rows A8 and A9: todo and flunk.
#![allow(clippy::todo, clippy::unimplemented, reason = "what is looked at")]

mod seed_map;

use std::sync::Arc;

use async_test_suite::prelude::*;
use async_test_suite::record::{Record, Verdict};
use async_test_suite::{Intercept, Plan};
use seed_map::{labels, letters};

#[suite]
async fn a08_a_forgiven_failure_and_an_unexpected_pass() {
    let seen = Intercept::new()
        .run("todo", |t| async move {
            todo_next!("issue 12", 2);
            assert_eq!((t.todo_message().as_deref(), t.todo_count()), (Some("issue 12"), 2));
            flunk!();
            assert_eq!(t.todo_count(), 1);
            skip!("uses nothing up");
            assert_eq!(t.todo_count(), 1);
            pass!();
            assert_eq!((t.todo_message(), t.todo_count()), (None, 0));
            pass!();
            todo_remaining!("issue 13");
            assert_eq!(
                (t.todo_message().as_deref(), t.todo_count()),
                (Some("issue 13"), u64::MAX)
            );
            assert!(!t.is_todo(), "its tests are, the suite is not");
            flunk!();
            flunk!();
        })
        .await;
    is!(letters(&seen, "todo"), "TSUPTT");
    is!(seen.verdict(), Verdict::Passed, "{:?}", seen.end().problems);
    is!((seen.end().tally.todo, seen.end().tally.unexpected), (3, 1));
    let tap = seen.render("tap");
    like!(tap, "(?m)^    not ok 1 - flunk # TODO issue 12$");
    like!(
        tap,
        "(?m)^    ok 3 - pass # TODO issue 12$",
        "a consumer sees the unexpected pass"
    );
}

#[suite]
async fn a08_a_todo_subtest_makes_its_own_tests_todo() {
    let seen = Intercept::new()
        .run("outer", |_| async {
            todo_next!("later");
            subtest!("under a marker", async |t| {
                assert!(t.is_todo());
                flunk!();
                subtest!("deeper", async |t| {
                    assert!(t.is_todo(), "a suite above it is");
                    assert_eq!(t.todo_message().as_deref(), Some("later"));
                    flunk!();
                });
            });
            subtest!("by its key", todo = "some day", { flunk!() });
            subtest!("by its plan", {
                plan!(todo = "never");
                flunk!();
            });
            subtest!("its tests alone", async |t| {
                todo_remaining!("tests");
                assert!(!t.is_todo());
                flunk!();
            });
            ok!(true, "the marker is used up");
        })
        .await;
    is!(letters(&seen, "outer"), "TTTPP");
    is!(letters(&seen, "outer/under a marker"), "TT");
    is!(letters(&seen, "outer/under a marker/deeper"), "T");
    is!(
        (letters(&seen, "outer/by its key"), letters(&seen, "outer/by its plan")),
        ("T".to_owned(), "T".to_owned())
    );
    is!(seen.verdict(), Verdict::Passed);
}

#[suite(flavor = "multi_thread", worker_threads = 4)]
async fn a08_todo_count_is_consumed_exactly_under_concurrency() {
    let seen = Intercept::new()
        .run("todo", |t| async move {
            todo_next!("fifty", 50);
            let begin = Arc::new(tokio::sync::Barrier::new(200));
            for _ in 0..200 {
                let begin = begin.clone();
                t.spawn(async move {
                    begin.wait().await;
                    flunk!();
                });
            }
        })
        .await;
    let tally = seen.end().tally;
    is!((tally.run, tally.todo, tally.failed), (200, 50, 150));
    let first: String = letters(&seen, "todo").chars().take(50).collect();
    is!(first, "T".repeat(50), "the first fifty that the hub saw");
}

#[suite]
async fn a08_a_subtest_takes_its_todo_when_it_is_created_however_late_it_runs() {
    let seen = Intercept::new()
        .plan(Plan::new().random())
        .run("outer", |_| async {
            todo_next!("the subtest");
            subtest!("put off", { flunk!() });
            flunk!("at once");
        })
        .await;
    is!(labels(&seen, "outer"), ["at once", "put off"]);
    is!(letters(&seen, "outer"), "FT");
    let seen = Intercept::new()
        .plan(Plan::new().parallel())
        .run("outer", |_| async {
            let (go, wait) = tokio::sync::oneshot::channel::<()>();
            todo_next!("the subtest");
            subtest!("beside", {
                let _ = wait.await;
                flunk!();
            });
            flunk!("at once");
            let _ = go.send(());
        })
        .await;
    is!(letters(&seen, "outer"), "FT");
}

#[suite]
async fn a08_the_standard_todo_in_a_body_makes_its_suite_todo() {
    pass!("before it");
    todo!("the rest of this test")
}

#[suite(plan = 3)]
async fn a08_the_standard_todo_in_a_subtest_makes_the_subtest_todo() {
    subtest!("later", { todo!("the rest of this part") });
    subtest!("outer", {
        subtest!("inner", { unimplemented!() });
        pass!("goes on");
    });
    pass!("goes on");
}

#[suite]
async fn a08_the_standard_unimplemented_does_so_as_well() {
    flunk!("is forgiven with its suite");
    unimplemented!()
}

#[suite]
async fn a08_the_standard_todo_anywhere_else_is_a_failure() {
    let own = Intercept::new()
        .run("outer", |_| async {
            fn not_written() {
                todo!("the code under test")
            }
            subtest!("code under test", { not_written() });
        })
        .await;
    is!(letters(&own, "outer"), "F");
}

#[suite]
async fn a09_the_next_outcomes_are_inverted() {
    let seen = Intercept::new()
        .run("flunks", |_| async {
            test_flunks!();
            flunk!();
            test_flunks!("a promise", 3);
            flunk!();
            skip!("left alone, uses nothing up");
            pass!("breaks the promise");
            flunk!();
            pass!("not promised");
            test_flunks!(remaining);
            flunk!();
            subtest!("a failing subtest", { flunk!("inside it nothing is inverted") });
        })
        .await;
    is!(letters(&seen, "flunks"), "IISNIPII");
    is!(letters(&seen, "flunks/a failing subtest"), "F");
    is!(seen.verdict(), Verdict::Failed, "by the one that passed");
    is!(seen.end().tally.failed, 1);
}

#[suite]
async fn a09_flunks_hold_for_subtests_that_run_later_or_elsewhere() {
    for plan in [
        Plan::new(),
        Plan::new().parallel(),
        Plan::new().random(),
        Plan::new().random().parallel(),
    ] {
        let seen = Intercept::new()
            .plan(plan)
            .run("outer", |_| async {
                test_flunks!(2);
                subtest!("first", { flunk!() });
                subtest!("second", { panic!("a panic is a failure, too") });
                subtest!("third", { ok!(true) });
                test_flunks!("a spawned one");
                subtest!("fourth", spawned, { flunk!() });
            })
            .await;
        let mut verdicts: Vec<(String, Verdict)> = seen
            .checks("outer")
            .iter()
            .map(|check| (check.label.to_string(), check.verdict.clone()))
            .collect();
        verdicts.sort_by(|a, b| a.0.cmp(&b.0));
        is!(
            verdicts.iter().map(|(_, verdict)| verdict.fails()).collect::<Vec<_>>(),
            [false; 4],
            "{verdicts:?}"
        );
        matches_ok!(&verdicts[0].1, Verdict::Flunked(_), "first");
        is!(verdicts[1].1, Verdict::Flunked("a spawned one".into()), "fourth");
        is!(verdicts[3].1, Verdict::Passed, "third");
        is!(seen.verdict(), Verdict::Passed);
    }
}

#[suite]
async fn a09_flunk_comes_before_todo() {
    let seen = Intercept::new()
        .run("both", |_| async {
            todo_next!("known");
            test_flunks!();
            pass!("a broken promise is forgiven");
            todo_next!("known");
            test_flunks!();
            flunk!("a kept one was not expected");
            subtest!("in a suite that is todo", todo = "known", {
                test_flunks!();
                pass!("a broken promise is forgiven here as well");
            });
        })
        .await;
    is!(letters(&seen, "both"), "TUT");
    is!(letters(&seen, "both/in a suite that is todo"), "T");
    let told = seen
        .records()
        .iter()
        .filter(|record| matches!(record, Record::Check(_)));
    is!(told.count(), 5, "three checks and their two suites, each told once");
}
