//! The tool that tests tools: what it sees of a suite that runs apart.

use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Plan};

#[suite]
async fn a_failing_suite_does_not_fail_the_one_around_it() {
    let seen = Intercept::new()
        .plan(Plan::new().tests(2))
        .run("inner", |t| async move {
            t.ok(true, "first");
            subtest!("child", {
                is!(1, 2, "numbers");
            });
        })
        .await;
    is!(seen.end().tally.run, 2);
    is!(seen.end().tally.failed, 1);
    is!(seen.verdict(), Verdict::Failed);
    is!(seen.checks("inner/child").len(), 1);
    ok!(!seen.run_end().is_ok());
    like!(seen.render("tap"), "(?m)^        not ok 1 - numbers$");
}

#[suite]
async fn a_bail_out_stays_inside() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            bail_out!("no {}", "disk");
            std::future::pending::<()>().await;
        })
        .await;
    is!(seen.run_end().bailed_out.as_deref(), Some("no disk"));
    ok!(!Suite::top().is_cancelled());
}
