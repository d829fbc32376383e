//! Panics of tasks and threads that no suite has started, under the built-in harness.

#[path = "faults/mod.rs"]
mod faults;
#[path = "faults/stray_suites.rs"]
mod suites;

#[path = "faults/stray_odd_suites.rs"]
mod odd;

use async_test_suite::Suite;
use faults::{Ended, Process};
use suites::{HANDLED, STRAYS};

/// An ordinary test, whose panics are its own.
#[test]
#[ignore = "run by the tests"]
fn ordinary_test_that_panics() {
    while faults::traced("began") < 1 {
        std::thread::yield_now();
    }
    panic!("an ordinary test may");
}

/// Goes on for longer than any suite.
#[test]
#[ignore = "run by the tests"]
fn ordinary_test_after_all_suites() {
    while Suite::top().tests_run() == 0 {
        std::thread::yield_now();
    }
    odd::let_it_panic();
}

fn run(names: &[String], vars: &[(&str, &str)]) -> Ended {
    let mut args = vec!["--ignored", "--exact", "--test-threads", "2"];
    args.extend(names.iter().map(String::as_str));
    Process::start(&args, vars).end()
}

fn name(suite: &str) -> String {
    let module = if is_odd(suite) { "odd" } else { "suites" };
    format!("{module}::{suite}")
}

fn is_odd(suite: &str) -> bool {
    !STRAYS.iter().chain(HANDLED).any(|it| *it == suite) && !suite.contains("_of_two") && !suite.starts_with("waits")
}

/// As nextest runs them: each in a process of its own.
fn alone(suite: &str, vars: &[(&str, &str)]) -> Ended {
    run(&[name(suite)], vars)
}

#[test]
fn a_panic_that_nobody_waits_for_fails_its_suite() {
    for suite in STRAYS.iter().chain(odd::STRAYS) {
        let ended = alone(suite, &[]);
        assert_eq!(ended.status.code(), Some(101), "{suite}: {ended:?}");
        let message = match *suite {
            "task_whose_payload_is_no_text" => "(a panic whose payload is no text)",
            _ => "nobody waits for me",
        };
        assert!(ended.out.contains(message), "{suite}: {ended:?}");
        assert!(ended.out.contains("tests/faults/stray_"), "{suite}: {ended:?}");
        assert_eq!(ended.out.matches("at       tests/").count(), 1, "{suite}: {ended:?}");
        assert!(ended.out.contains("that no suite has started"), "{suite}: {ended:?}");
    }
}

#[test]
fn a_panic_that_somebody_handles_fails_nothing() {
    for suite in HANDLED.iter().chain(odd::HANDLED) {
        let ended = alone(suite, &[]);
        assert_eq!(ended.status.code(), Some(0), "{suite}: {ended:?}");
    }
}

#[test]
fn a_panic_in_a_panic_ends_the_process_and_is_no_success() {
    let ended = alone("task_that_panics_while_it_panics", &[]);
    assert!(!ended.status.success(), "{ended:?}");
    let said = format!("{}{}", ended.out, ended.err);
    assert!(said.contains("in the middle of it"), "{ended:?}");
}

#[test]
#[cfg(unix)]
fn a_panic_after_the_last_suite_fails_the_process() {
    let names = [
        name("outlived_by_its_thread"),
        "ordinary_test_after_all_suites".to_owned(),
    ];
    let ended = run(&names, &[]);
    // The harness has counted by then.
    assert!(ended.out.contains("2 passed; 0 failed;"), "{ended:?}");
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(
        ended.err.contains("a thread panicked that no suite has started"),
        "{ended:?}"
    );
    assert!(ended.err.contains("no suite was left to fail for it"), "{ended:?}");
    let reported = run(&names, &[("ASYNC_TEST_STRAY_PANICS", "report")]);
    assert_eq!(reported.status.code(), Some(0), "{reported:?}");
}

#[test]
fn all_of_them_beside_each_other() {
    let tasks: Vec<String> = STRAYS
        .iter()
        .filter(|it| !it.contains("thread_that"))
        .map(|it| name(it))
        .collect();
    let mut names = tasks.clone();
    names.extend(HANDLED.iter().map(|it| name(it)));
    let ended = run(&names, &[]);
    let summary = format!("{} passed; {} failed;", HANDLED.len(), tasks.len());
    assert!(ended.out.contains(&summary), "{ended:?}");
}

#[test]
fn what_two_may_have_done_fails_one_of_them_with_both_names() {
    let ended = run(&[name("one_of_two"), name("other_of_two")], &[]);
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(
        ended.out.contains("a thread panicked that no suite has started"),
        "{ended:?}"
    );
    for suite in ["suites::one_of_two", "suites::other_of_two"] {
        assert!(ended.out.matches(suite).count() > 1, "{suite}: {ended:?}");
    }
}

#[test]
fn it_can_be_told_and_fail_nothing() {
    let vars = [("ASYNC_TEST_STRAY_PANICS", "report")];
    let ended = run(&[name("detached_task")], &vars);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let ended = run(&[name("detached_task")], &[("ASYNC_TEST_STRAY_PANICS", "ignore")]);
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(ended.out.contains("known are fail and report"), "{ended:?}");
}

#[test]
fn the_panic_of_an_ordinary_test_is_its_own() {
    let names = [
        "ordinary_test_that_panics".to_owned(),
        name("waits_for_an_ordinary_test"),
    ];
    let ended = run(&names, &[]);
    assert!(ended.out.contains("1 passed; 1 failed;"), "{ended:?}");
    assert!(
        ended.out.contains("test suites::waits_for_an_ordinary_test ... ok"),
        "{ended:?}"
    );
}
