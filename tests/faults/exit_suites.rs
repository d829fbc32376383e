//! Suites that end the process. They are run by themselves, as ignored tests.

use std::time::Duration;

use async_test_suite::prelude::*;

/// Says that `earlier` runs as well, and has to have ended before.
pub(crate) const AFTER_EARLIER: &str = "EXITS_AFTER_EARLIER";

#[allow(clippy::exit, reason = "that is what is tested")]
fn exit(code: i32) -> ! {
    while std::env::var_os(AFTER_EARLIER).is_some() && Suite::top().tests_run() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::process::exit(code)
}

#[suite]
#[ignore = "run by the tests"]
async fn fails() {
    flunk!("before somebody else ends the process");
}

#[suite]
#[ignore = "run by the tests"]
async fn from_the_body() {
    ok!(true, "before");
    exit(0);
}

#[suite]
#[ignore = "run by the tests"]
async fn from_a_subtest() {
    subtest!("inner", { exit(0) });
}

#[suite]
#[ignore = "run by the tests"]
async fn from_a_task() {
    tokio::spawn(async { exit(0) });
    tokio::time::sleep(Duration::from_secs(3600)).await;
}

#[suite]
#[ignore = "run by the tests"]
async fn from_a_thread() {
    std::thread::spawn(|| exit(0));
    std::future::pending::<()>().await;
}

#[suite]
#[ignore = "run by the tests"]
async fn from_a_round() {
    let v = verify_loop!(async {
        if true {
            exit(0);
        }
        true
    });
    let _ = v.start_job().await;
    std::future::pending::<()>().await;
}

#[suite]
#[ignore = "run by the tests"]
async fn from_a_clean_up(t: Suite) {
    t.on_finish(async { exit(0) });
}

#[suite]
#[ignore = "run by the tests"]
fn from_a_plain_function() {
    exit(0);
}

/// It ends long before the process does.
#[suite]
#[ignore = "run by the tests"]
async fn earlier() {
    ok!(true, "fine");
}

pub(crate) const EXITS: [&str; 7] = [
    "from_the_body",
    "from_a_subtest",
    "from_a_task",
    "from_a_thread",
    "from_a_round",
    "from_a_clean_up",
    "from_a_plain_function",
];
