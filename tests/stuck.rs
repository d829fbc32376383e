//! What hangs under the built-in harness.

#[path = "faults/mod.rs"]
mod faults;
#[path = "faults/stuck_suites.rs"]
mod suites;

use faults::{Ended, Process};

/// Short limits. The first one is given, so each suite has a thread of its own.
const LIMITS: [(&str, &str); 2] = [("ASYNC_TEST_TIMEOUT", "300ms"), ("ASYNC_TEST_GRACE_PERIOD", "500ms")];

fn run(names: &[&str], vars: &[(&str, &str)]) -> Ended {
    let mut args = vec!["--ignored", "--exact", "--test-threads", "2"];
    args.extend(names);
    Process::start(&args, vars).end()
}

#[test]
fn what_waits_is_told_with_what_it_waits_for() {
    let ended = run(&["suites::waits"], &LIMITS);
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(ended.has_traced("cleaned up"), "{ended:?}");
    for part in [
        "timed out after 300ms",
        "suites::waits for ",
        "waiting for `suites::waits/inner`",
        "last: check 1 at tests/faults/stuck_suites.rs:",
        "job at tests/faults/stuck_suites.rs:",
        "suites::waits/inner for ",
        "verifier `watching`",
        " rounds, 0 failed, 0 unknown",
    ] {
        assert!(said(&ended, part), "{part}: {ended:?}");
    }
}

/// Whether the output has this, wherever its lines are broken.
fn said(ended: &Ended, part: &str) -> bool {
    let words = |text: &str| text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    words(&ended.out).contains(&words(part))
}

#[test]
fn what_holds_its_thread_fails_and_the_others_go_on() {
    let blocking = [
        "sleeps",
        "spins",
        "locks_twice",
        "sleeps_on_its_own_runtime",
        "starts_a_task_that_sleeps",
        "subtest_sleeps",
        "clean_up_sleeps",
        "job_sleeps",
    ];
    let names: Vec<String> = blocking.iter().map(|name| format!("suites::{name}")).collect();
    let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
    all.extend([
        "suites::innocent_a",
        "suites::innocent_b",
        "suites::innocent_c",
        "suites::innocent_d",
    ]);
    let ended = run(&all, &[LIMITS[0], LIMITS[1], ("ASYNC_TEST_JOB_TIMEOUT", "300ms")]);
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(
        ended.out.contains("test result: FAILED. 4 passed; 8 failed;"),
        "{ended:?}"
    );
    for name in names {
        assert!(
            ended.out.contains(&format!("---- {name} stdout ----")),
            "{name}: {ended:?}"
        );
        assert!(ended.out.contains(&format!("✗ {name}")), "{name}: {ended:?}");
    }
    assert!(said(&ended, "was asked to end and had not 500ms later"), "{ended:?}");
    assert!(
        said(&ended, "gets no turn: something else blocks its thread"),
        "{ended:?}"
    );
    assert!(
        said(&ended, "last: check 1 at tests/faults/stuck_suites.rs:"),
        "{ended:?}"
    );
    assert!(said(&ended, "has blocked its thread for"), "{ended:?}");
}

#[test]
fn a_limit_of_its_own_is_as_good() {
    let ended = run(&["suites::has_a_limit", "suites::innocent_a"], &LIMITS[1..]);
    assert!(
        ended.out.contains("test result: FAILED. 1 passed; 1 failed;"),
        "{ended:?}"
    );
}

#[test]
fn with_the_default_limit_the_process_ends_past_it() {
    // It gives itself a limit when it runs already, on the thread of the harness.
    let vars = [("ASYNC_TEST_GRACE_PERIOD", "500ms")];
    let ended = run(&["suites::gives_itself_a_limit", "suites::innocent_a"], &vars);
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(ended.out.contains("test suites::innocent_a ... ok"), "{ended:?}");
    for part in [
        "suites::gives_itself_a_limit",
        "was asked to end and had not",
        "the process ends here",
    ] {
        assert!(ended.err.contains(part), "{part}: {ended:?}");
    }
}

#[test]
fn a_plain_function_that_does_not_return_is_left_behind() {
    let ended = run(
        &["suites::plain_that_sleeps", "suites::leaves_a_blocking_thread_behind"],
        &LIMITS,
    );
    assert!(
        ended.out.contains("test result: FAILED. 1 passed; 1 failed;"),
        "{ended:?}"
    );
    assert!(said(&ended, "timed out after 300ms"), "{ended:?}");
}

#[test]
fn a_clean_up_that_shows_life_is_waited_for() {
    let ended = run(&["suites::clean_up_takes_its_time"], &LIMITS);
    assert!(ended.has_traced("cleaned up inside"), "{ended:?}");
    assert!(!said(&ended, "was asked to end"), "{ended:?}");
}

#[test]
fn a_job_that_holds_its_thread_is_told_once() {
    let vars = [LIMITS[0], LIMITS[1], ("ASYNC_TEST_JOB_TIMEOUT", "300ms")];
    let ended = run(&["suites::job_sleeps_beside_it"], &vars);
    assert!(ended.has_traced("cleaned up"), "{ended:?}");
    assert_eq!(ended.out.matches("was asked to end").count(), 1, "{ended:?}");
    assert_eq!(ended.out.matches("timed out after").count(), 1, "{ended:?}");
    assert!(said(&ended, "job at tests/faults/stuck_suites.rs"), "{ended:?}");
}

#[test]
fn what_ends_after_its_limit_has_failed_however_busy_the_hub_is() {
    let ended = run(&["suites::comes_back_late"], &[]);
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(said(&ended, "timed out after 50ms"), "{ended:?}");
}

#[test]
fn a_bundle_that_holds_the_hub_does_not_hang_the_run() {
    let vars = [LIMITS[0], LIMITS[1], ("ASYNC_TEST_JOB_TIMEOUT", "1s")];
    let ended = run(&["suites::has_its_hub_held"], &vars);
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(ended.err.contains("has held the hub for"), "{ended:?}");
    assert!(ended.err.contains("HoldsTheHub"), "{ended:?}");
}
