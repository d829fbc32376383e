//! Suites that log. They are run by themselves, as ignored tests.

use std::time::Duration;

use async_test_suite::prelude::*;
use tracing::{Instrument as _, debug, error, info, info_span, warn};

fn work(place: &str) {
    info!(answer = 42, "in {place}");
}

#[suite]
#[ignore = "run by the tests"]
async fn everywhere(t: Suite) {
    work("the body");
    debug!("not by default");
    subtest!("inner", {
        warn!(target: "store::net", kind = "slow", "in a subtest");
        flunk!("as it should");
    });
    let _ = t.spawn(async { work("a job") }).await;
    let span = info_span!("request", id = 7, status = tracing::field::Empty);
    let task = async {
        tracing::Span::current().record("status", "ok");
        async { work("a task of tokio") }
            .instrument(info_span!("inner_span"))
            .await;
    };
    let _ = tokio::spawn(task.instrument(span.clone())).await;
    let thread = std::thread::spawn(move || span.in_scope(|| work("a thread")));
    thread.join().expect("it ends");
    error!(
        error = &std::io::Error::other("no disk") as &dyn std::error::Error,
        "in the end"
    );
}

#[suite]
#[ignore = "run by the tests"]
async fn outside() {
    std::thread::spawn(|| work("a thread of nobody"))
        .join()
        .expect("it ends");
    flunk!("as it should");
}

#[suite]
#[ignore = "run by the tests"]
async fn passes() {
    work("a suite that passes");
    ok!(true);
}

#[suite]
#[ignore = "run by the tests"]
async fn says_much() {
    for n in 0..1000 {
        info!("line {n}");
    }
    flunk!("as it should");
}

#[suite(timeout = "50ms")]
#[ignore = "run by the tests"]
async fn hangs() {
    work("a suite that hangs");
    tokio::time::sleep(Duration::from_secs(3600)).await;
}

/// Two suites that log by turns.
mod side_by_side {
    use std::sync::LazyLock;

    use async_test_suite::prelude::*;
    use tokio::sync::Barrier;
    use tracing::info;

    static MEETING: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));

    async fn log(name: &str) {
        for n in 0..50 {
            MEETING.wait().await;
            info!("{name} {n}");
            tokio::task::yield_now().await;
        }
        flunk!("as it should");
    }

    #[suite]
    #[ignore = "run by the tests"]
    async fn left() {
        log("left").await;
    }

    #[suite]
    #[ignore = "run by the tests"]
    async fn right() {
        log("right").await;
    }
}
