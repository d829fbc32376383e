//! What is counted.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_test_suite::{Intercept, Suite, Verifier, is, ok, subtest};
use tokio::sync::Notify;

/// Two kinds of checks that nobody shows, a check that is recorded, a round, and a subtest of one check.
pub(crate) const ALL: [&str; 5] = ["check_ok", "check_is", "check_recorded", "round", "subtest"];

/// How often it is done in the two runs whose difference counts.
pub(crate) fn sizes(work: &str) -> (u64, u64) {
    match work {
        "subtest" => (1_000, 11_000),
        _ => (10_000, 110_000),
    }
}

pub(crate) fn run(work: &str, size: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be started");
    let unshown = Intercept::new().counts_passed();
    let tests = match work {
        "check_ok" => runtime.block_on(unshown.run("checks", move |_| checks_ok(size))),
        "check_is" => runtime.block_on(unshown.run("checks", move |_| checks_is(size))),
        "check_recorded" => runtime.block_on(Intercept::new().run("checks", move |_| checks_ok(size))),
        "round" => runtime.block_on(unshown.run("rounds", move |t| rounds(t, size))),
        "subtest" => runtime.block_on(unshown.run("subtests", move |_| subtests(size))),
        other => panic!("no work is called `{other}`"),
    };
    let passed = tests.end().tally.passed();
    let wanted = if work == "round" { 1 } else { size };
    assert_eq!(passed, wanted, "{work}: every check is counted");
}

async fn checks_ok(size: u64) {
    for n in 0..size {
        ok!(black_box(n) == n, "equal");
    }
}

async fn checks_is(size: u64) {
    for n in 0..size {
        is!(black_box(n), n, "equal");
    }
}

async fn subtests(size: u64) {
    for n in 0..size {
        subtest!("subtest {n}", {
            tokio::task::yield_now().await;
            ok!(black_box(n) == n);
        });
    }
}

async fn rounds(t: Suite, size: u64) {
    let (done, enough) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
    let verifier: Verifier<u64, String> = {
        let enough = enough.clone();
        let round = move || {
            if done.fetch_add(1, Ordering::Relaxed) + 1 == size {
                enough.notify_one();
            }
            std::future::ready(Ok(black_box(7)))
        };
        t.sync_scope(|| Verifier::new(round))
            .every(Duration::ZERO)
            .last_round(false)
    };
    verifier.start_job().await.expect("it is idle");
    enough.notified().await;
    verifier.finish().await;
    let rounds = verifier.report().rounds;
    assert!(rounds >= size, "{rounds} rounds of {size}");
}
