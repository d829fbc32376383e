//! `process::exit(0)` in a suite, under the built-in harness.
#![cfg(unix)]

#[allow(dead_code, reason = "these suites leave no traces")]
#[path = "faults/mod.rs"]
mod faults;
#[allow(dead_code, reason = "one constant is for the other entry point")]
#[path = "faults/exit_suites.rs"]
mod suites;

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

#[test]
fn one_that_ends_as_it_should_is_left_alone() {
    let ended = Process::start(&["--ignored", "--exact", "suites::earlier"], &[]).end();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(!ended.err.contains("process::exit"), "{ended:?}");
}
