//! What the trees have found, each as the smallest case of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Invoke};

#[suite]
async fn nothing_of_a_suite_counts_after_its_abort() {
    let seen = Intercept::new()
        .plan(Plan::new().tests(5))
        .run("inner", |t| async move {
            t.pass("before");
            t.abort();
            t.subtest("child", Plan::new(), Invoke::default(), |t| async move {
                t.flunk("in a child");
            })
            .await;
            t.skip_rest("why");
            ok!(t.plan(Plan::new().tests(7)).is_ok());
            std::future::pending::<()>().await;
        })
        .await;
    is!(seen.verdict(), Verdict::Passed);
    is!(seen.end().tally.run, 1);
    is!(seen.end().planned, Some(5));
    ok!(seen.suite("inner/child").is_none());
}

#[suite]
async fn an_instant_subtest_ends_as_quietly_as_the_suite_that_is_aborted_around_it() {
    let seen = Intercept::new()
        .run("inner", |t| async move {
            subtest!("child", instant, {
                t.abort();
                std::future::pending::<()>().await;
            });
        })
        .await;
    is!(seen.verdict(), Verdict::Passed);
    is!(seen.suite("inner/child").map(|end| end.problems.len()), Some(0));
}

#[suite]
async fn a_clean_up_of_an_instant_subtest_is_not_given_up_half_way() {
    let cleaned = Arc::new(AtomicBool::new(false));
    let inner = cleaned.clone();
    Intercept::new()
        .run("inner", |t| async move {
            subtest!("child", instant, async |child| {
                child.on_finish(async move {
                    t.abort();
                    tokio::task::yield_now().await;
                    inner.store(true, Ordering::Relaxed);
                });
            });
        })
        .await;
    ok!(cleaned.load(Ordering::Relaxed), "it ran to its end");
}

#[suite]
async fn a_plan_after_skip_rest_comes_too_late_for_all_of_it() {
    let begun = Arc::new(AtomicUsize::new(0));
    let inner = begun.clone();
    let seen = Intercept::new()
        .plan(Plan::new().tests(2))
        .run("inner", |t| async move {
            t.skip_rest("why");
            ok!(t.plan(Plan::new().skip_all("too late")).is_err());
            subtest!("child", {
                inner.fetch_add(1, Ordering::Relaxed);
            });
        })
        .await;
    is!(begun.load(Ordering::Relaxed), 1);
    is!(seen.end().tally.skipped, 2);
}
