//! The seed map, rows A26 and A27: how a suite may end, and what is run whatever the end is.

mod seed_map;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_test_suite::claim::Problem;
use async_test_suite::error::ErrorKind;
use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Intercepted, Plan};
use seed_map::{letters, problems};
use tokio::sync::oneshot;

/// A body that leaves three clean-ups behind and ends in its own way; what ran of it, in order.
async fn ends(plan: Plan, end: &'static str) -> (Vec<&'static str>, Intercepted) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let noted = log.clone();
    let seen = Intercept::new()
        .run("run", move |_| async move {
            let new = Suite::current().create_suite("suite", plan, move |t| async move {
                for name in ["first", "second", "third"] {
                    let log = log.clone();
                    t.on_finish(async move {
                        tokio::task::yield_now().await;
                        log.lock().unwrap().push(name);
                    });
                }
                let log = log.clone();
                let (begun, begins) = oneshot::channel();
                t.spawn(async move {
                    let _dropped = Noted(log, "job");
                    let _ = begun.send(());
                    if end != "success" {
                        std::future::pending::<()>().await;
                    }
                });
                let _ = begins.await;
                if end == "timeout" {
                    // Only now, so that the time cannot run out before the clean-ups are registered.
                    t.plan(Plan::new().timeout(Duration::from_millis(1)))
                        .expect("no test has been run");
                }
                t.pass("before the end");
                match end {
                    "success" => {}
                    "panic" => panic!("on purpose"),
                    "abort" => abort_testing!(),
                    "bail-out" => bail_out!("no {}", "disk"),
                    "timeout" => {}
                    other => panic!("what is {other}?"),
                }
                if end != "success" {
                    t.flunk("too late: it is ignored or the suite fails anyway");
                    std::future::pending::<()>().await;
                }
            });
            new.run().await;
        })
        .await;
    let log = std::mem::take(&mut *noted.lock().unwrap());
    (log, seen)
}

struct Noted(Arc<Mutex<Vec<&'static str>>>, &'static str);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(self.1);
    }
}

#[suite]
async fn a26_clean_ups_run_last_first_whatever_the_end_is() {
    let short = Duration::from_millis(30);
    for (end, plan, verdict) in [
        ("success", Plan::new(), Verdict::Passed),
        ("panic", Plan::new().job_timeout(short), Verdict::Failed),
        ("timeout", Plan::new(), Verdict::Failed),
        ("abort", Plan::new(), Verdict::Passed),
        ("bail-out", Plan::new(), Verdict::Failed),
    ] {
        let (log, seen) = ends(plan, end).await;
        is!(log, ["job", "third", "second", "first"], "{end}: jobs, then clean-ups");
        is!(seed_map::verdicts(&seen, "run"), [verdict], "{end}");
        is!(seen.run_end().problems.len(), 0, "{end}: nothing came too late");
    }
}

#[suite]
async fn a26_clean_ups_run_after_an_error_and_one_that_panics_stops_none() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let inner = log.clone();
    let seen = Intercept::new()
        .run("run", |_| async move {
            subtest!("suite", async |t| {
                let (first, last) = (inner.clone(), inner.clone());
                t.on_finish(async move { first.lock().unwrap().push("first") });
                t.on_finish(async { panic!("in a clean-up") });
                t.on_finish(async move { last.lock().unwrap().push("last") });
                let _: u8 = "x".parse()?;
            });
        })
        .await;
    is!(*log.lock().unwrap(), ["last", "first"]);
    let problems = problems(&seen, "run/suite");
    matches_ok!(
        &problems[..],
        [Problem::Returned(_), Problem::CleanUp { at, what }] if at.file == file!() && what.contains("in a clean-up")
    );
}

#[suite]
async fn a26_abort_ends_one_suite_quietly() {
    let (_, seen) = ends(Plan::new().tests(7), "abort").await;
    is!(
        letters(&seen, "run/suite"),
        "P",
        "what was counted stays, what comes later is ignored"
    );
    is!(problems(&seen, "run/suite"), [], "the plan is not compared");
    is!(seen.verdict(), Verdict::Passed);
}

#[suite]
async fn a26_dismiss_and_finish_and_done_testing_and_completed() {
    let seen = Intercept::new()
        .run("run", |t| async move {
            let child = t.create_suite("dismissed", Plan::new().tests(3), |t| async move {
                t.dismiss();
                std::future::pending::<()>().await;
            });
            let suite = child.suite().cloned().expect("nothing is skipped");
            let waiting = t.spawn(async move { suite.completed().await });
            assert!(child.run().await);
            waiting.await.unwrap();
            subtest!("finished", random, async |t| {
                subtest!("put off", { pass!() });
                assert_eq!(t.tests_run(), 0);
                t.finish().await;
                assert_eq!(t.tests_run(), 1);
            });
            subtest!("done", {
                pass!();
                done_testing!();
                pass!("one more");
            });
        })
        .await;
    is!(letters(&seen, "run"), "PPF");
    let problems = problems(&seen, "run/done");
    matches_ok!(&problems[..], [Problem::LateCheck { suite, label, .. }] if suite == "run/done" && label == "one more");
}

#[suite]
async fn a26_a_bail_out_ends_the_run_and_reports_are_still_written() {
    let seen = Intercept::new()
        .run("run", |_| async {
            subtest!("beside", spawned, { std::future::pending::<()>().await });
            subtest!("child", {
                pass!("counted");
                bail_out!("no {}", "disk");
                std::future::pending::<()>().await;
            });
            flunk!("the body goes no further");
        })
        .await;
    is!(seen.run_end().bailed_out.as_deref(), Some("no disk"));
    nok!(seen.run_end().is_ok());
    for path in ["run", "run/beside", "run/child"] {
        ok!(seen.suite(path).is_some(), "`{path}` has ended");
    }
    is!(letters(&seen, "run/child"), "P");
    is!(seen.checks("run").len(), 2, "its subtests only");
    let tap = seen.render("tap");
    like!(tap, "(?m)^Bail out! no disk$");
    let pretty = seen.render("pretty");
    like!(pretty, "no disk");
}

#[suite]
async fn a26_a_late_check_is_one_of_its_suite_and_fails_the_run() {
    let seen = Intercept::new()
        .run("run", |t| async move {
            let child = t.create_suite("child", Plan::new(), |_| async {});
            let ended = child.suite().cloned().expect("nothing is skipped");
            assert!(child.run().await);
            ended.ok(true, "after the end");
            assert_eq!(
                ended.plan(Plan::new().tests(1)).unwrap_err().kind,
                ErrorKind::SuiteEnded
            );
        })
        .await;
    is!(letters(&seen, "run/child"), "", "it is not counted");
    is!(seen.verdict(), Verdict::Passed, "nobody knows whose fault it is");
    nok!(seen.run_end().is_ok(), "so the run fails");
    let problems: Vec<Problem> = seen.run_end().problems.iter().map(|it| (**it).clone()).collect();
    matches_ok!(
        &problems[..],
        [Problem::LateCheck { suite, label, at }, Problem::Misuse(_, error)]
            if suite == "run/child" && label == "after the end" && at.file == file!()
                && error.kind == ErrorKind::SuiteEnded
    );
}

#[suite]
async fn a26_a_late_clean_up_is_not_run_and_fails_the_run() {
    let ran = Arc::new(AtomicUsize::new(0));
    let inside = ran.clone();
    let seen = Intercept::new()
        .run("run", |t| async move {
            let child = t.create_suite("child", Plan::new(), |_| async {});
            let ended = child.suite().cloned().expect("nothing is skipped");
            assert!(child.run().await);
            ended.on_finish(async move {
                inside.fetch_add(1, Ordering::SeqCst);
            });
        })
        .await;
    is!(
        (ran.load(Ordering::SeqCst), Arc::strong_count(&ran)),
        (0, 1),
        "it is dropped"
    );
    nok!(seen.run_end().is_ok(), "the run fails");
    matches_ok!(
        &seen.run_end().problems[..],
        [problem] if matches!(&**problem, Problem::Misuse(at, error) if at.file == file!()
            && error.suite == "run/child" && error.operation == "on_finish" && error.kind == ErrorKind::SuiteEnded)
    );
}

#[suite]
async fn a26_a_clean_up_of_a_job_of_a_clean_up_is_run() {
    let ran = Arc::new(AtomicUsize::new(0));
    let inside = ran.clone();
    let seen = Intercept::new()
        .run("run", |t| async move {
            let outer = t.clone();
            t.on_finish(async move {
                let inner = outer.clone();
                outer.spawn(async move {
                    tokio::task::yield_now().await;
                    inner.on_finish(async move {
                        inside.fetch_add(1, Ordering::SeqCst);
                    });
                });
            });
        })
        .await;
    is!((ran.load(Ordering::SeqCst), seen.verdict()), (1, Verdict::Passed));
    ok!(seen.run_end().is_ok());
}

#[suite]
async fn a27_a_dying_subtest_fails_alone() {
    let seen = Intercept::new()
        .run("run", |_| async {
            for mode in [Plan::new(), Plan::new().parallel(), Plan::new().random()] {
                let new = Suite::current().create_suite("mode", mode, |_| async {
                    subtest!("dies", { panic!("x-sorry") });
                    subtest!("lives", { pass!() });
                });
                assert!(!new.run().await);
            }
        })
        .await;
    is!(letters(&seen, "run"), "FFF");
    is!(
        seen.all_checks()
            .filter(|check| check.label == "lives" && check.verdict == Verdict::Passed)
            .count(),
        3
    );
    like!(seen.render("tap"), "x-sorry");
}
