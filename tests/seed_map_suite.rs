//! The seed map, rows A1 to A4: who a suite is, and what it counts.

mod seed_map;

use std::sync::Arc;

use async_test_suite::ids::SuiteId;
use async_test_suite::prelude::*;
use async_test_suite::{Intercept, Plan};
use seed_map::fixture;
use tokio::sync::Barrier;

mod fixture {
    use super::*;

    #[test]
    #[ignore = "run by a01"]
    fn the_root_of_a_fresh_process() {
        assert!(!Suite::has_top());
        let roots: Vec<Suite> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(Suite::top)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(Suite::has_top());
        assert!(roots.iter().all(|root| Arc::ptr_eq(root.info(), roots[0].info())));
        assert!(Arc::ptr_eq(Suite::top().info(), roots[0].info()));
    }
}

#[suite]
fn a01_the_root_is_one_for_the_process_and_made_on_first_use() {
    let fresh = fixture("the_root_of_a_fresh_process", &[]);
    is!(fresh.code, Some(0), "{}", fresh.err);
    let top = Suite::top();
    is!(top.info().id, SuiteId::ROOT);
    ok!(top.parent().is_none());
    is!((top.nesting(), top.path(), top.message()), (0, "", ""));
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
async fn a02_the_current_suite_is_inherited_by_all_that_it_starts(t: Suite) {
    let own = t.info().id;
    let here = || Suite::try_current().map(|suite| suite.info().id);
    is!(here(), Some(own), "the body");
    is!(t.spawn(async move { here() }).await, Ok(Some(own)), "a job");
    let inner = t.spawn(async move { Suite::current().spawn(async move { here() }).await });
    is!(inner.await, Ok(Ok(Some(own))), "a job of a job");
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let job = t.jobs().new_job(async move {
        let _ = sender.send(here());
    });
    lives_ok!(async { t.jobs().invoke_job(job).await });
    is!(receiver.await, Ok(Some(own)), "a job of the manager");
    subtest!("child", async |child| {
        is!(here(), Some(child.info().id), "a subtest");
        isnt!(here(), Some(own));
    });
    is!(
        tokio::spawn(async move { here() }).await.ok(),
        Some(None),
        "a task of tokio's"
    );
    is!(
        tokio::spawn(t.scope(async move { here() })).await.ok(),
        Some(Some(own)),
        "in `scope`"
    );
    is!(std::thread::spawn(here).join().ok(), Some(None), "a thread");
    let handle = t.clone();
    let scoped = std::thread::spawn(move || handle.sync_scope(here));
    is!(scoped.join().ok(), Some(Some(own)), "in `sync_scope`");
    t.on_finish(async move {
        is!(here(), Some(own), "a clean-up");
    });
}

#[suite]
fn a02_a_plain_function_has_its_suite(t: Suite) {
    is!(Suite::current().info().id, t.info().id);
}

#[suite]
async fn a02_outside_of_any_suite_the_error_says_what_to_do() {
    let outside = |call: fn()| {
        let panic = std::thread::spawn(call)
            .join()
            .expect_err("there is no suite in a thread");
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    let rows: [(&str, fn()); 8] = [
        ("Suite::current", || drop(Suite::current())),
        ("ok!", || assert!(!ok!(true))),
        ("skip!", || skip!("no")),
        ("skip_rest!", || skip_rest!("no")),
        ("todo_next!", || todo_next!("no")),
        ("test_flunks!", || test_flunks!()),
        ("plan!", || plan!(1)),
        ("bail_out!", || bail_out!("no")),
    ];
    for (operation, call) in rows {
        let said = outside(call);
        ok!(
            said.starts_with(&format!("`{operation}`: no suite is running here; ")),
            "{said}"
        );
        ok!(
            said.contains("call it from the body of a `#[suite]` or `subtest!`"),
            "{operation}: a way out"
        );
        ok!(
            said.contains("the methods of the `Suite` handle"),
            "{operation}: the other way out"
        );
    }
}

#[suite(name = "storage")]
async fn a03_who_a_suite_is_at_every_depth(t: Suite) {
    let top = t.clone();
    is!(
        (t.nesting(), t.path(), t.message(), t.nesting_prefix()),
        (1, "storage", "storage", " ".repeat(4))
    );
    is!(t.parent().map(|it| it.info().id), Some(SuiteId::ROOT));
    subtest!("reads", async |child| {
        is!(child.path(), "storage/reads");
        is!(
            (child.nesting(), child.message(), child.nesting_prefix()),
            (2, "reads", " ".repeat(8))
        );
        is!(child.parent().map(|it| it.info().id), Some(top.info().id));
        let n = 3;
        subtest!("cold {n}", async |grandchild| {
            is!(grandchild.path(), "storage/reads/cold 3");
            is!(grandchild.nesting(), 3);
            is!(grandchild.info().top, top.info().id);
            is!(grandchild.info().at.file, file!());
        });
    });
}

#[suite(flavor = "multi_thread", worker_threads = 4, plan = 6)]
async fn a04_counters_are_exact_under_a_thousand_concurrent_tasks() {
    let (sender, counts) = tokio::sync::oneshot::channel();
    let seen = Intercept::new()
        .plan(Plan::new().tests(1000))
        .run("counts", |t| async move {
            let begin = Arc::new(Barrier::new(1000));
            for number in 0..1000_u32 {
                let begin = begin.clone();
                t.spawn(async move {
                    begin.wait().await;
                    ok!(number % 4 != 0, "check {number}");
                });
            }
            lives_ok_outside(t.jobs().await_all_jobs().await);
            let _ = sender.send((t.planned(), t.tests_run(), t.tests_failed()));
        })
        .await;
    is!(counts.await, Ok((Some(1000), 1000, 250)), "asked inside");
    is!(
        (seen.end().tally.run, seen.end().tally.failed),
        (1000, 250),
        "told at the end"
    );
    is!(seen.end().problems.len(), 0, "the plan was kept");
    let mut numbers: Vec<u64> = seen.checks("counts").iter().map(|check| check.number).collect();
    ok!(numbers.is_sorted(), "in the order of the records");
    numbers.dedup();
    is!(numbers.len(), 1000, "each number once");
    is!((numbers[0], numbers[999]), (1, 1000));
}

/// Fails the suite without a test point.
fn lives_ok_outside<E: std::fmt::Debug>(result: Result<(), E>) {
    if let Err(error) = result {
        panic!("{error:?}");
    }
}
