//! `process::exit(0)` in a suite, under the built-in harness.
#![cfg(unix)]

#[allow(dead_code, reason = "these suites leave no traces")]
#[path = "faults/mod.rs"]
mod faults;
#[allow(dead_code, reason = "one constant is for the other entry point")]
#[path = "faults/exit_suites.rs"]
mod suites;

use std::time::Duration;

use async_test_suite::Suite;
use faults::Process;

#[test]
fn a_run_that_a_test_ends_is_no_success() {
    for name in suites::EXITS {
        let name = format!("suites::{name}");
        for threads in ["1", "2"] {
            let ended = Process::start(&["--ignored", "--exact", "--test-threads", threads, &name], &[]).end();
            assert_eq!(ended.status.code(), Some(101), "{name}: {ended:?}");
            assert!(ended.err.contains("`process::exit` was called"), "{name}: {ended:?}");
            assert!(ended.err.contains(&name), "it names what was running: {ended:?}");
        }
    }
}

/// No suite: it ends the process when the suite beside it has failed.
#[test]
#[ignore = "run by the tests"]
#[allow(clippy::exit, reason = "that is what is tested")]
fn ends_the_process_after_a_failure() {
    while Suite::top().tests_run() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    // The thread of the suite has to get from there to the harness.
    std::thread::sleep(Duration::from_millis(200));
    std::process::exit(0)
}

#[test]
fn a_failure_of_before_is_not_hidden() {
    let names = ["suites::fails", "ends_the_process_after_a_failure"];
    let ended = Process::start(
        &[&["--ignored", "--exact", "--test-threads", "2"], &names[..]].concat(),
        &[],
    )
    .end();
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(ended.err.contains("was called when a suite had failed"), "{ended:?}");
}

#[test]
fn one_that_ends_as_it_should_is_left_alone() {
    let ended = Process::start(&["--ignored", "--exact", "suites::earlier"], &[]).end();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(!ended.err.contains("process::exit"), "{ended:?}");
}
