//! The seed map, row A25: jobs that do not end.

mod seed_map;

use std::time::Duration;

use async_test_suite::Intercept;
use async_test_suite::claim::Problem;
use async_test_suite::prelude::*;
use seed_map::{fixture, letters, problems};
use tokio::sync::oneshot;

mod fixture {
    use super::*;

    #[suite]
    #[ignore = "run by a25"]
    async fn has_a_frozen_job(t: Suite) {
        t.spawn(std::future::pending::<()>());
    }
}

#[suite]
async fn a25_a_frozen_subtest_fails_its_suite_and_the_rest_goes_on() {
    let seen = Intercept::new()
        .run("run", |_| async {
            subtest!("suite", parallel, job_timeout = "30ms", {
                let (begun, begins) = oneshot::channel();
                subtest!("frozen", { std::future::pending::<()>().await });
                subtest!("deep", {
                    subtest!("frozen as well", {
                        let _ = begun.send(());
                        std::future::pending::<()>().await;
                    });
                });
                // The time runs from the end of this body, and by then the others are where they are to be.
                subtest!("lively", { pass!() }).await;
                let _ = begins.await;
            });
            subtest!("the rest", { pass!() });
        })
        .await;
    is!(seed_map::labels(&seen, "run"), ["suite", "the rest"]);
    is!(letters(&seen, "run"), "FP");
    is!(letters(&seen, "run/suite/lively"), "P");
    let problems = problems(&seen, "run/suite");
    let Some(Problem::JobsTimedOut { limit, running }) = problems.first() else {
        flunk!("{problems:?}");
        return;
    };
    is!(*limit, Duration::from_millis(30));
    let names: Vec<&str> = running.iter().map(|it| it.name.as_str()).collect();
    is!(
        names,
        ["run/suite/frozen", "run/suite/deep", "run/suite/deep/frozen as well"]
    );
    ok!(
        running.iter().all(|it| it.at.file == file!() && it.at.line > 0),
        "where each was last seen"
    );
    let tap = seen.render("tap");
    like!(tap, "run/suite/frozen.*seed_map_job_timeout.rs");
    is!(
        letters(&seen, "run/suite"),
        "PFF",
        "the frozen ones are counted, as failed"
    );
}

#[suite]
async fn a25_the_limit_comes_from_the_environment() {
    let ended = fixture("has_a_frozen_job", &[("ASYNC_TEST_JOB_TIMEOUT", "30ms")]);
    is!(ended.code, Some(101));
    like!(ended.out, "30ms");
    like!(ended.out, r"job at tests/seed_map_job_timeout\.rs");
}
