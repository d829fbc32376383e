//! Suites for what can go wrong with a whole run. They are run by themselves, as ignored tests.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use async_test_suite::prelude::*;

use super::fault::{ready, struck};
use crate::faults::{FOLDER, told_to_go_on, trace};

pub(super) const EVENTS: u64 = 1_000_000;
pub(super) const SUBTESTS: u64 = 100_000;
pub(super) const LETTERS: usize = 100_000_000;

#[suite]
#[ignore = "run by the tests"]
async fn waits() {
    ready().await;
    struck();
    trace("ready");
    std::future::pending::<()>().await;
}

#[suite]
#[ignore = "run by the tests"]
async fn cleans_up_for_ever(t: Suite) {
    ready().await;
    t.on_finish(async {
        trace("cleaning up");
        std::future::pending::<()>().await;
    });
    struck();
    trace("ready");
    std::future::pending::<()>().await;
}

#[suite]
#[ignore = "run by the tests"]
async fn fails() {
    ready().await;
    struck();
    flunk!("it fails");
}

/// Enough for a report to be larger than it may be.
#[suite(plan = 400)]
#[ignore = "run by the tests"]
async fn says_much() {
    ready().await;
    struck();
    for check in 0..400 {
        pass!("one of many: {check}");
    }
}

/// The folder of the reports is removed while they grow.
#[suite]
#[ignore = "run by the tests"]
async fn removes_the_reports() {
    ready().await;
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("fixtures have a folder")).join("reports");
    // Under the built-in harness there are none.
    let _ = fs::remove_dir_all(folder);
    struck();
    pass!("fine");
}

#[suite(plan = EVENTS, flavor = "multi_thread")]
#[ignore = "run by the tests"]
async fn bursts(t: Suite) {
    ready().await;
    struck();
    for _ in 0..8 {
        t.spawn(async {
            for _ in 0..EVENTS / 8 {
                pass!();
            }
        });
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn says_a_lot_at_once() {
    ready().await;
    struck();
    flunk!("{}", "x".repeat(LETTERS));
}

#[suite]
#[ignore = "run by the tests"]
async fn has_a_child_that_prints_bytes() {
    ready().await;
    struck();
    let status = Command::new("sh")
        .args(["-c", r"printf 'bytes: \377\376 and text\n'"])
        .status();
    ok!(status.expect("a shell can be run").success());
    flunk!("so that it is shown");
}

#[suite(plan = SUBTESTS)]
#[ignore = "run by the tests"]
async fn has_many_subtests() {
    ready().await;
    struck();
    for number in 0..SUBTESTS {
        subtest!("subtest {number}", { pass!() });
    }
}

#[suite]
#[ignore = "run by the tests"]
async fn leaves_work_behind() {
    ready().await;
    struck();
    tokio::spawn(std::future::pending::<()>());
    tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_secs(3600)));
    std::thread::spawn(|| {
        loop {
            std::hint::spin_loop();
        }
    });
    pass!("fine");
}

/// They are never closed.
#[suite]
#[ignore = "run by the tests"]
async fn opens_all_files() -> std::io::Result<()> {
    ready().await;
    let mut files = Vec::new();
    let refused = loop {
        match File::open("/dev/null") {
            Ok(file) => files.push(file),
            Err(error) => break error,
        }
    };
    std::mem::forget(files);
    struck();
    Err(refused)
}

/// It waits until the test has seen all of the others.
#[suite]
#[ignore = "run by the tests"]
async fn is_patient() {
    while !told_to_go_on() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    struck();
    pass!("fine");
}
