//! The example store under the built-in harness, and the promise that its suite finds the bug.

use async_test_suite::Intercept;
use async_test_suite::prelude::*;

#[path = "../examples/kv/mod.rs"]
mod kv;
#[path = "../examples/kv/suite.rs"]
mod suite;

/// Runs the suite of the store apart; whether it failed, and the report.
async fn run(variant: kv::Variant) -> (bool, String) {
    let seen = Intercept::new()
        .plan(Plan::new().tests(7))
        .run("store", move |t| async move {
            if let Err(error) = suite::keeps_its_promises(t, variant).await {
                flunk!("{error}");
            }
        })
        .await;
    (seen.end().failed, seen.render("pretty"))
}

#[suite(plan = 4, timeout = "60s")]
async fn the_suite_finds_the_lost_write() {
    let (failed, report) = run(kv::Variant::Racy).await;
    ok!(failed, "the variant with the bug fails");
    like!(report, "every acknowledged write is there");
    like!(report, r"broken in round \d+, .* after the suite began: Lost");
    like!(report, "running then: .*store/crash");
}
