//! Suites that wait for a signal. They are run by themselves, as ignored tests.

use std::time::Duration;

use async_test_suite::prelude::*;

use crate::faults::{told_to_go_on, trace};

#[verify_loop(every = "5ms")]
async fn watching() -> bool {
    true
}

#[suite]
#[ignore = "run by the tests"]
async fn waits(t: Suite) {
    t.on_finish(async { trace("cleaned up") });
    ok!(true, "it began");
    let watching = watching();
    watching.start_job().await.expect("it is new");
    subtest!("inner", spawned, {
        Suite::current().on_finish(async { trace("cleaned up inside") });
        trace("ready");
        std::future::pending::<()>().await;
    });
    std::future::pending::<()>().await;
}

#[suite(serial = "turn")]
#[ignore = "run by the tests"]
async fn one_of_two() {
    trace("ready");
    std::future::pending::<()>().await;
}

#[suite(serial = "turn")]
#[ignore = "run by the tests"]
async fn other_of_two() {
    trace("ready");
    std::future::pending::<()>().await;
}

#[suite]
#[ignore = "run by the tests"]
async fn cleans_up_for_ever(t: Suite) {
    t.on_finish(async {
        trace("cleaning up");
        std::future::pending::<()>().await;
    });
    trace("ready");
    std::future::pending::<()>().await;
}

#[suite]
#[ignore = "run by the tests"]
async fn blocks(t: Suite) {
    t.on_finish(async { trace("cleaned up") });
    trace("ready");
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn passes_in_the_end() {
    trace("ready");
    while !told_to_go_on() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    pass!("nothing has disturbed it");
}
