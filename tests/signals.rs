//! Signals under the built-in harness.
#![cfg(unix)]

#[path = "faults/mod.rs"]
mod faults;
#[path = "faults/signal_suites.rs"]
mod suites;

use std::time::Duration;

use faults::Process;

/// An ordinary test that knows nothing of signals.
#[test]
#[ignore = "run by the tests"]
fn plain_test_that_waits() {
    faults::trace("plain");
    std::thread::sleep(Duration::from_secs(3600));
}

fn start(names: &[&str], vars: &[(&str, &str)]) -> Process {
    let mut args = vec!["--ignored", "--exact", "--test-threads", "4"];
    args.extend(names);
    Process::start(&args, vars)
}

/// As nextest calls a test.
fn alone(name: &str, vars: &[(&str, &str)]) -> Process {
    Process::start(&["--exact", name, "--nocapture", "--ignored"], vars)
}

#[test]
fn sigterm_runs_clean_ups_and_prints_the_failure() {
    for name in ["TERM", "INT"] {
        let ended = alone("suites::waits", &[]).until("ready", 1).signal(name).end();
        assert_eq!(ended.signal(), Some(if name == "TERM" { 15 } else { 2 }), "{ended:?}");
        assert!(ended.has_traced("cleaned up"), "{ended:?}");
        assert!(ended.has_traced("cleaned up inside"), "{ended:?}");
        for part in ["suites::waits", "inner", &format!("ended by SIG{name}")] {
            assert!(ended.out.contains(part), "{part}: {ended:?}");
        }
    }
}

#[test]
fn what_the_harness_has_captured_is_printed_all_the_same() {
    let ended = start(&["suites::waits"], &[]).until("ready", 1).signal("TERM").end();
    assert!(ended.out.contains("ended by SIGTERM"), "{ended:?}");
}

#[test]
fn ordinary_tests_do_not_hold_it_up() {
    let run = start(&["suites::waits", "plain_test_that_waits"], &[]);
    let ended = run.until("ready", 1).until("plain", 1).signal("INT").end();
    assert_eq!(ended.signal(), Some(2), "{ended:?}");
    assert!(ended.has_traced("cleaned up"), "{ended:?}");
}

#[test]
fn a_second_sigint_ends_it_at_once() {
    let vars = [("ASYNC_TEST_GRACE_PERIOD", "none"), ("ASYNC_TEST_JOB_TIMEOUT", "none")];
    let run = alone("suites::cleans_up_for_ever", &vars)
        .until("ready", 1)
        .signal("INT");
    let ended = run
        .until("cleaning up", 1)
        .pause(Duration::from_millis(200))
        .signal("INT")
        .end();
    assert_eq!(ended.signal(), Some(2), "{ended:?}");
}

#[test]
fn the_grace_period_ends() {
    let vars = [("ASYNC_TEST_GRACE_PERIOD", "300ms"), ("ASYNC_TEST_JOB_TIMEOUT", "none")];
    for name in ["suites::cleans_up_for_ever", "suites::blocks"] {
        let ended = alone(name, &vars).until("ready", 1).signal("TERM").end();
        assert_eq!(ended.signal(), Some(15), "{ended:?}");
        assert!(ended.err.contains(name), "it says what was still running: {ended:?}");
    }
}

#[test]
fn what_is_running_is_told_and_the_run_goes_on() {
    for name in ["QUIT", "USR1"] {
        let run = alone("suites::passes_in_the_end", &[]).until("ready", 1).signal(name);
        let ended = run.until_said("suites::passes_in_the_end for ").go_on().end();
        assert!(ended.status.success(), "{ended:?}");
        assert!(ended.err.contains("suites::passes_in_the_end for "), "{ended:?}");
        assert!(ended.err.contains("tests/faults/signal_suites.rs:"), "{ended:?}");
    }
}

#[test]
fn nextest_ends_a_test_by_sigquit() {
    let run = alone("suites::waits", &[("NEXTEST", "1")])
        .until("ready", 1)
        .signal("QUIT");
    let ended = run.end();
    assert_eq!(ended.signal(), Some(15), "{ended:?}");
    assert!(ended.has_traced("cleaned up"), "{ended:?}");
}

#[test]
fn signals_can_be_left_to_the_system() {
    let vars = [("ASYNC_TEST_SIGNALS", "off")];
    let ended = alone("suites::waits", &vars).until("ready", 1).signal("INT").end();
    assert_eq!(ended.signal(), Some(2), "{ended:?}");
    assert!(!ended.has_traced("cleaned up"), "{ended:?}");
}
