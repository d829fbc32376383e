//! The seed map, rows A14 to A17: subtests and their reports. The invocation matrix itself is in `matrix.rs`.

mod seed_map;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_test_suite::claim::Problem;
use async_test_suite::prelude::*;
use async_test_suite::record::{Record, Verdict};
use async_test_suite::{Intercept, Invoke, Plan, Subtest};
use seed_map::{labels, letters, problems};
use tokio::sync::{Barrier, oneshot};

#[suite]
async fn a14_a_subtest_is_a_future_of_whether_it_held() {
    let seen = Intercept::new()
        .run("outer", |_| async {
            assert!(subtest!("holds", { pass!() }).await);
            assert!(!subtest!("fails", spawned, { flunk!() }).await);
            assert!(subtest!("skipped", skip_all = "why", { flunk!() }).await);
            todo_next!("later");
            let forgiven = subtest!("forgiven", { flunk!() });
            assert!(!forgiven.await, "its own outcome, before anything forgives it");
        })
        .await;
    is!(letters(&seen, "outer"), "PFST", "{:?}", seen.end().problems);
}

#[suite]
async fn a14_awaiting_a_subtest_that_was_put_off_starts_it() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let inner = order.clone();
    Intercept::new()
        .plan(Plan::new().random())
        .run("outer", |_| async move {
            let mut handles = Vec::new();
            for name in ["a", "b", "c"] {
                let inner = inner.clone();
                handles.push(subtest!(name, { inner.lock().unwrap().push(name) }));
            }
            let second = handles.remove(1);
            assert!(second.await);
            inner.lock().unwrap().push("body");
        })
        .await;
    is!(order.lock().unwrap()[..2], ["b", "body"]);
    is!(order.lock().unwrap().len(), 4);
}

#[suite]
async fn a14_a_handle_that_is_dropped_takes_nothing_with_it() {
    let seen = Intercept::new()
        .run("outer", |t| async move {
            drop(subtest!("spawned", spawned, { pass!() }));
            // The call itself is given up: the subtest is left to the end of the suite.
            let call = t.subtest("never polled", Plan::new(), Invoke::default(), |_| async {});
            drop(call);
        })
        .await;
    is!(letters(&seen, "outer/spawned"), "P");
    is!(
        labels(&seen, "outer"),
        ["spawned"],
        "a future that was never polled has done nothing"
    );
}

#[suite]
async fn a14_a_suite_that_was_created_and_not_started_fails_as_such() {
    let seen = Intercept::new()
        .run("outer", |t| async move {
            drop(t.create_suite("forgotten", Plan::new(), |_| async { panic!("it runs") }));
        })
        .await;
    is!(letters(&seen, "outer"), "F");
    matches_ok!(&problems(&seen, "outer/forgotten")[..], [Problem::Stopped(why)] if why.contains("never started"));
}

#[suite]
async fn a14_a_hidden_subtest_has_its_callers_place_and_no_lines_of_its_own() {
    #[track_caller]
    fn compound(t: &Suite, held: bool) -> impl Future<Output = Subtest> {
        let invoke = Invoke {
            hidden: true,
            ..Invoke::default()
        };
        t.subtest("compound", Plan::new(), invoke, move |t| async move {
            t.ok(held, "its first part");
            t.pass("its second part");
        })
    }
    let seen = Intercept::new()
        .run("outer", |t| async move {
            compound(&t, true).await;
            compound(&t, false).await;
        })
        .await;
    let first = seen.checks("outer")[0].at.line;
    is!(seen.checks("outer")[1].at.line, first + 1, "the lines of the two calls");
    is!(
        seen.checks("outer")
            .iter()
            .map(|check| check.at.file.clone())
            .collect::<Vec<_>>(),
        [file!(); 2]
    );
    let tap = seen.render("tap");
    unlike!(tap, "# Subtest: compound");
    unlike!(
        tap,
        "(?m)^ +(not )?ok .*its (first|second) part",
        "no points of its own"
    );
    like!(tap, "(?m)^    ok 1 - compound$");
    like!(tap, "(?m)^    not ok 2 - compound$");
}

#[suite]
async fn a15_create_invoke_and_run() {
    let seen = Intercept::new()
        .plan(Plan::new().random())
        .run("outer", |t| async move {
            let first = t.create_suite("run", Plan::new(), |t| async move { assert!(t.pass("here and now")) });
            let second = t.create_suite("put off", Plan::new(), |t| async move { assert!(t.pass("late")) });
            let third = t.create_suite("instant", Plan::new(), |t| async move { assert!(t.pass("now")) });
            let instant = Invoke {
                instant: true,
                ..Invoke::default()
            };
            let put_off = t.invoke_suite(second, Invoke::default()).await;
            t.invoke_suite(third, instant).await;
            assert!(first.run().await);
            assert_eq!(t.tests_run(), 2);
            assert!(put_off.await);
        })
        .await;
    is!(
        labels(&seen, "outer"),
        ["instant", "run", "put off"],
        "{:?}",
        seen.end().problems
    );
}

#[suite]
async fn a16_below_an_async_ancestor_everything_is() {
    let seen = Intercept::new()
        .run("outer", |t| async move {
            assert!(!t.is_async());
            subtest!("spawned", spawned, async |t| {
                assert!(t.is_async());
                subtest!("sequential in it", async |t| {
                    assert!(t.is_async());
                    subtest!("instant in that", instant, async |t| assert!(t.is_async()));
                });
            });
            subtest!("sequential", async |t| assert!(!t.is_async()));
        })
        .await;
    is!(letters(&seen, "outer"), "PP");
}

/// The lines of a TAP report that belong to checks of children, as `child check`.
fn child_lines(tap: &str) -> Vec<String> {
    let lines = tap.lines().filter_map(|line| line.strip_prefix("        ok "));
    let labels = lines.filter_map(|line| line.split_once(" - ").map(|(_, label)| label.to_owned()));
    labels.collect()
}

#[suite(flavor = "multi_thread", worker_threads = 4)]
async fn a17_blocks_of_concurrent_subtests_are_never_interleaved() {
    let seen = Intercept::new()
        .plan(Plan::new().parallel())
        .run("outer", |_| async {
            let step = Arc::new(Barrier::new(8));
            for child in 0..8 {
                let step = step.clone();
                subtest!("child {child}", {
                    // In lock step, so that their checks reach the hub mixed up.
                    for check in 0..10 {
                        step.wait().await;
                        pass!("{child} {check}");
                    }
                });
            }
        })
        .await;
    let arrived: Vec<&str> = seen.all_checks().map(|check| &*check.label).collect();
    let whole = |labels: &[String]| {
        let mut blocks: Vec<(String, u32)> = Vec::new();
        for label in labels {
            let (child, check) = label.split_once(' ').unwrap_or_default();
            match blocks.last_mut() {
                Some((last, next)) if last == child && *next == check.parse().unwrap_or(99) => *next += 1,
                _ => blocks.push((child.to_owned(), 1)),
            }
        }
        blocks
    };
    let checks: Vec<String> = arrived
        .iter()
        .filter(|it| !it.starts_with("child"))
        .map(|it| (*it).to_owned())
        .collect();
    cmp_ok!(whole(&checks).len(), >, 8, "they did run mixed up");
    let blocks = whole(&child_lines(&seen.render("tap")));
    is!(blocks.len(), 8, "{blocks:?}");
    ok!(blocks.iter().all(|(_, checks)| *checks == 10));
    let mut once: BTreeMap<&str, u32> = BTreeMap::new();
    for (child, _) in &blocks {
        *once.entry(child).or_default() += 1;
    }
    is!(once.len(), 8, "one block each");
}

#[suite]
async fn a17_blocks_come_in_the_order_of_completion_with_their_line() {
    let seen = Intercept::new()
        .run("outer", |_| async {
            let (go_a, wait_a) = oneshot::channel::<()>();
            let (go_b, wait_b) = oneshot::channel::<()>();
            let a = subtest!("a", spawned, {
                let _ = wait_a.await;
                pass!("in a");
            });
            let b = subtest!("b", spawned, {
                let _ = wait_b.await;
                pass!("in b");
            });
            subtest!("c", spawned, { pass!("in c") }).await;
            let _ = go_b.send(());
            b.await;
            let _ = go_a.send(());
            a.await;
        })
        .await;
    is!(child_lines(&seen.render("tap")), ["in c", "in b", "in a"]);
    let told: Vec<String> = seen
        .records()
        .iter()
        .filter_map(|record| match record {
            Record::SuiteEnded(end) => Some(format!("end {}", end.suite.name)),
            Record::Check(check) if check.child.is_some() => Some(format!("line {}", check.label)),
            _ => None,
        })
        .collect();
    is!(
        told,
        ["c", "b", "a", "outer"]
            .map(|name| [format!("end {name}"), format!("line {name}")])
            .concat(),
        "the parent's line follows at once"
    );
    is!(seen.verdict(), Verdict::Passed);
}
