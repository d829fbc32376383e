//! The seed map, rows A1 to A6: who a suite is, what it counts, and what it was told.

mod seed_map;

use std::sync::Arc;

use async_test_suite::claim::Problem;
use async_test_suite::error::ErrorKind;
use async_test_suite::ids::SuiteId;
use async_test_suite::prelude::*;
use async_test_suite::record::{Record, Verdict};
use async_test_suite::{Intercept, Plan};
use seed_map::{fixture, problems};
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

    #[suite]
    #[ignore = "run by a05"]
    async fn has_the_jobs_that_the_environment_allows(t: Suite) {
        is!(t.jobs().limit(), 3);
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

#[suite]
async fn a05_every_key_of_a_plan_says_something() {
    plan!(8, parallel, random, test_jobs = 2, tags("net"));
    let t = Suite::current();
    is!(t.planned(), Some(8));
    ok!(t.parallel());
    ok!(t.random());
    is!(t.jobs().limit(), 2);
    let seen = Intercept::new()
        .plan(Plan::new().skip_all("no disk"))
        .run("skipped", |_| async {
            flunk!();
        })
        .await;
    is!(seen.verdict(), Verdict::Skipped("no disk".into()));
    let seen = Intercept::new()
        .plan(Plan::new().todo("later"))
        .run("todo", |_| async {
            flunk!();
        })
        .await;
    is!(seen.verdict(), Verdict::Todo("later".into()));
    let child = Intercept::new()
        .run("outer", |t| async move {
            subtest!("inner", plan = 3, parallel, random, tags("slow"), async |inner| {
                assert_eq!(
                    (inner.planned(), inner.parallel(), inner.random()),
                    (Some(3), true, true)
                );
                assert_eq!(inner.info().tags, ["slow"]);
                skip!("enough", 3);
            });
            assert_eq!((t.planned(), t.parallel(), t.random()), (None, false, false));
        })
        .await;
    is!(child.verdict(), Verdict::Passed, "{:?}", child.end().problems);
    let limited = fixture("has_the_jobs_that_the_environment_allows", &[("ASYNC_TEST_JOBS", "3")]);
    is!(limited.code, Some(0), "ASYNC_TEST_JOBS: {}", limited.out);
}

#[suite(plan = 4)]
async fn a05_a_late_plan_fails_the_suite() {
    let seen = Intercept::new()
        .run("late", |t| async move {
            ok!(true);
            let refused = t.plan(Plan::new().tests(1));
            assert_eq!(refused.unwrap_err().kind, ErrorKind::PlanTooLate);
        })
        .await;
    is!(seen.verdict(), Verdict::Failed);
    let problems = problems(&seen, "late");
    is!(problems.len(), 1);
    matches_ok!(&problems[0], Problem::Misuse(_, error) if error.kind == ErrorKind::PlanTooLate);
    like!(seen.render("tap"), r"(?m)^    # `plan!`: the plan comes too late");
}

#[suite(plan = 3)]
async fn a05_a_plan_after_a_check_that_nobody_counted_is_late_as_well() {
    let seen = Intercept::new()
        .run("late", |t| async move {
            // A subtest of which nothing is known yet but that it was begun.
            let _unfinished = t.create_suite("child", Plan::new(), |_| async {});
            let refused = t.plan(Plan::new().tests(1));
            assert_eq!(refused.unwrap_err().kind, ErrorKind::PlanTooLate);
            // Nothing has been counted, and yet the suite is not new any more.
        })
        .await;
    is!(seen.verdict(), Verdict::Failed);
    let late: Vec<Problem> = problems(&seen, "late");
    is!(late.len(), 1, "told once: {late:?}");
    is!(seen.end().planned, None, "a plan that is refused says nothing");
}

#[suite(plan = 4)]
async fn a05_an_unknown_key_is_a_warning_where_it_is_known_at_run_time_only() {
    let seen = Intercept::new()
        .plan(Plan::new().key("colour", "red"))
        .run("unknown", |_| async {
            plan!(1, keys(shape = "round"));
            subtest!("child", keys(size = "big"), {});
        })
        .await;
    is!(seen.verdict(), Verdict::Passed, "it fails nothing");
    let warnings = seen.records().iter().filter_map(|record| match record {
        Record::Warning(suite, text) => Some(format!("{}: {text}", suite.path)),
        _ => None,
    });
    let rest = "no bundle takes it, so it says nothing";
    is!(
        warnings.collect::<Vec<_>>(),
        [
            format!("unknown: unknown plan key `colour` (= red): {rest}"),
            format!("unknown: unknown plan key `shape` (= round): {rest}"),
            format!("unknown/child: unknown plan key `size` (= big): {rest}"),
        ]
    );
    like!(seen.render("tap"), r"(?m)^ *# Warning: unknown plan key `colour`");
    like!(seen.render("pretty"), "passed");
}

#[suite]
async fn a06_a_plan_that_was_not_kept_fails_the_suite() {
    let rows = [
        (3, 2, "# You planned 3 tests, but ran 2"),
        (1, 2, "# You planned 1 test, but ran 2"),
        (2, 0, "# You planned 2 tests, but ran 0"),
    ];
    for (planned, ran, said) in rows {
        let seen = Intercept::new()
            .plan(Plan::new().tests(planned))
            .run("planned", move |t| async move {
                for _ in 0..ran {
                    t.pass("one");
                }
            })
            .await;
        is!(seen.verdict(), Verdict::Failed);
        is!(problems(&seen, "planned"), [Problem::PlanMismatch { planned, ran }]);
        ok!(seen.render("tap").contains(said), "{said}: {}", seen.render("tap"));
    }
    let kept = Intercept::new()
        .plan(Plan::new().tests(2))
        .run("kept", |_| async {
            ok!(true);
            subtest!("a subtest is one test", { skip!("whatever it holds", 5) });
        })
        .await;
    is!(kept.verdict(), Verdict::Passed);
}
