//! What hangs under `main!`.

#[path = "faults/stuck_crowd.rs"]
mod crowd;
#[path = "faults/mod.rs"]
mod faults;
#[path = "faults/stuck_suites.rs"]
mod suites;
#[path = "faults/stuck_threads.rs"]
mod threads;

async_test_suite::main!();

mod tests {
    use async_test_suite::prelude::*;

    use crate::faults::{Ended, Process};

    const LIMITS: [(&str, &str); 2] = [("ASYNC_TEST_TIMEOUT", "300ms"), ("ASYNC_TEST_GRACE_PERIOD", "500ms")];

    fn run(names: &[&str], flags: &[&str], vars: &[(&str, &str)]) -> Ended {
        let mut args = vec!["--ignored", "--exact", "--report", "events=FOLDER/out.jsonl"];
        args.extend(names);
        args.extend(flags);
        Process::start(&args, vars).end()
    }

    /// The text without the breaks of its lines.
    fn words(text: &str) -> String {
        text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[suite]
    fn what_waits_is_told_with_what_it_waits_for() {
        let ended = run(&["suites::waits"], &[], &LIMITS);
        is!(ended.status.code(), Some(101));
        ok!(ended.has_traced("cleaned up"));
        let out = words(&ended.out);
        for part in [
            "timed out after 300ms",
            "suites::waits for ",
            "waiting for `suites::waits/inner`",
            "last: check 1 at tests/faults/stuck_suites.rs:",
            "job at tests/faults/stuck_suites.rs:",
            "suites::waits/inner for ",
            "verifier `watching`",
        ] {
            ok!(out.contains(part), "{part}: {}", ended.out);
        }
    }

    #[suite]
    fn a_body_that_panics_when_it_is_dropped_ends_as_any_other() {
        let ended = run(&["suites::is_loud_when_dropped", "suites::innocent_a"], &[], &LIMITS);
        is!(ended.status.code(), Some(101));
        ok!(ended.has_traced("cleaned up"));
        let out = words(&ended.out);
        for part in ["timed out after 300ms", "dropped at its limit", "1 passed; 1 failed"] {
            ok!(out.contains(part), "{part}: {}", ended.out);
        }
        nok!(out.contains("had not 500ms later"), "{}", ended.out);
    }

    #[suite]
    fn what_a_suite_leaves_may_look_for_what_runs_when_it_is_dropped() {
        for flags in [&[] as &[&str], &["--retries", "1"], &["--fail-fast"]] {
            let names = ["suites::panics_with_what_panics_when_dropped", "suites::innocent_a"];
            let ended = run(&names, flags, &LIMITS);
            ok!(!ended.was_killed, "{flags:?}");
            is!(ended.status.code(), Some(101), "{flags:?}: {}", ended.out);
            like!(ended.out, "panics_with_what_panics_when_dropped .*FAILED");
        }
    }

    #[suite(parallel)]
    async fn what_panics_when_it_is_dropped_is_told() {
        for (name, what) in [
            ("job_is_loud_when_dropped", r"✗ job `job at \S+` panicked\n"),
            ("job_is_loud_when_it_has_not_begun", r"✗ job `job at \S+` panicked\n"),
            ("clean_up_is_loud_when_dropped", r"message +panicked at \S+: dropped"),
        ] {
            subtest!("{name}", {
                let vars = [LIMITS[0], LIMITS[1], ("ASYNC_TEST_JOB_TIMEOUT", "100ms")];
                let ended = run(&[&format!("suites::{name}")], &[], &vars);
                is!(ended.status.code(), Some(101));
                ok!(ended.has_traced("cleaned up"));
                like!(ended.out, what);
                like!(ended.out, "dropped at its limit");
                like!(ended.out, r"(?m)^test result: FAILED\. 0 passed; 1 failed;");
            });
        }
    }

    #[suite]
    fn what_holds_its_thread_fails_and_the_others_go_on() {
        let blocking = [
            "suites::sleeps",
            "suites::spins",
            "suites::locks_twice",
            "suites::sleeps_on_its_own_runtime",
            "suites::starts_a_task_that_sleeps",
            "suites::subtest_sleeps",
            "suites::clean_up_sleeps",
            "suites::job_sleeps",
            "suites::plain_that_sleeps",
        ];
        let mut names = blocking.to_vec();
        names.extend([
            "suites::innocent_a",
            "suites::innocent_b",
            "suites::innocent_c",
            "suites::innocent_d",
        ]);
        names.push("suites::leaves_a_blocking_thread_behind");
        // One thread for all: whoever blocks it stands in the way of everybody.
        let vars = [LIMITS[0], LIMITS[1], ("ASYNC_TEST_JOB_TIMEOUT", "300ms")];
        for threads in ["1", "2"] {
            let ended = run(&names, &["--test-threads", threads], &vars);
            is!(ended.status.code(), Some(101));
            like!(ended.out, r"(?m)^test result: FAILED\. 5 passed; 9 failed;");
            like!(ended.out, "(?m)^test suites::innocent_a [.]+ ok$");
            for name in blocking {
                like!(ended.out, format!("(?m)^test {name} [.]+ FAILED$"));
            }
            let out = words(&ended.out);
            ok!(
                out.contains("was asked to end and had not 500ms later"),
                "{}",
                ended.out
            );
            ok!(out.contains("has blocked its thread for"), "{}", ended.out);
            let events = ended.file("out.jsonl");
            let stuck = events.matches(r#""kind":"stuck""#).count();
            is!(
                stuck,
                2 * 8,
                "in the problem and in the end of each but the plain function"
            );
            like!(events.lines().next_back().unwrap_or_default(), r#""event":"run_ended""#);
        }
    }

    #[suite]
    fn a_clean_up_that_shows_life_is_waited_for() {
        let ended = run(&["suites::clean_up_takes_its_time"], &[], &LIMITS);
        ok!(ended.has_traced("cleaned up inside"));
        unlike!(ended.out, "was asked to end");
    }

    #[suite]
    fn a_job_that_holds_its_thread_is_told_once() {
        let vars = [LIMITS[0], LIMITS[1], ("ASYNC_TEST_JOB_TIMEOUT", "300ms")];
        let ended = run(&["suites::job_sleeps"], &["--test-threads", "2"], &vars);
        ok!(ended.has_traced("cleaned up"));
        is!(ended.out.matches("was asked to end").count(), 1);
        is!(ended.out.matches("timed out after").count(), 1);
    }

    #[suite]
    fn what_ends_after_its_limit_has_failed_however_busy_the_hub_is() {
        let ended = run(&["suites::comes_back_late"], &[], &[]);
        is!(ended.status.code(), Some(101));
        like!(ended.out, "timed out after 50ms");
    }

    #[suite]
    fn the_turn_of_a_group_goes_on() {
        let names = [
            "crowd::group::a_sleeps",
            "crowd::group::b_sleeps_on_its_own_runtime",
            "crowd::group::c_is_innocent",
        ];
        let ended = run(&names, &[], &LIMITS);
        is!(ended.status.code(), Some(101));
        like!(ended.out, r"(?m)^test result: FAILED\. 1 passed; 2 failed;");
    }

    #[suite(parallel)]
    async fn more_than_there_are_threads_for_all_get_their_verdict() {
        for kind in ["own_runtime", "not_send", "shared_runtime"] {
            subtest!("{kind}", {
                let args = ["--ignored", "--test-threads=2", &format!("crowd::{kind}::")[..]];
                let ended = Process::start(&args, &LIMITS).end();
                is!(ended.status.code(), Some(101));
                like!(ended.out, r"(?m)^test result: FAILED\. 0 passed; 66 failed;");
                let unstarted = ended
                    .out
                    .matches("could not be started: suites that block their threads hold all")
                    .count();
                is!(unstarted > 0, kind == "shared_runtime", "{}", ended.out);
            });
        }
    }

    /// The run of the suites of a module, where each thread is held by somebody.
    fn held(module: &str, flags: &[&str]) -> Ended {
        let args = [&["--ignored", module], flags].concat();
        Process::start(&args, &LIMITS).end()
    }

    #[suite]
    fn threads_that_come_back_are_waited_for() {
        let ended = held("threads::for_a_while::", &["--test-threads=2", "--test-jobs=1"]);
        is!(ended.status.code(), Some(101));
        like!(ended.out, r"(?m)^test result: FAILED\. 2 passed; 1 failed;");
    }

    #[suite]
    fn when_one_has_failed_what_could_not_be_started_is_as_if_nobody_had_tried() {
        let flags = ["--test-threads=1", "--test-jobs=1", "--fail-fast"];
        let ended = held("threads::for_good::", &flags);
        is!(ended.status.code(), Some(101));
        like!(ended.out, r"(?m)^test result: FAILED\. 0 passed; 1 failed;");
        unlike!(ended.out, "threads::for_good::b");
    }

    #[suite]
    fn what_ends_on_a_thread_of_its_own_does_not_hold_up_a_run_without_threads() {
        let ended = held("threads::beside_one_that_ends::", &["--test-threads=1"]);
        is!(ended.status.code(), Some(101));
        ok!(!ended.was_killed);
        like!(ended.out, r"(?m)^test result: FAILED\. 1 passed; 1 failed;");
    }

    #[suite]
    fn a_suite_that_could_not_be_tried_again_has_a_last_row() {
        let names = ["n00", "n01", "n02"].map(|name| format!("crowd::shared_runtime::{name}"));
        let args = ["--ignored", "--exact", "--test-threads=1", "--retries=9"];
        let args: Vec<&str> = args.into_iter().chain(names.iter().map(String::as_str)).collect();
        let ended = Process::start(&args, &LIMITS).end();
        is!(ended.status.code(), Some(101));
        like!(ended.out, r"(?m)^test result: FAILED\. 0 passed; 3 failed;");
        for name in names {
            let rows = ended.out.matches(&format!("\ntest {name} ... FAILED\n")).count();
            is!(rows, 1, "{name}: {}", ended.out);
        }
    }

    #[suite]
    fn a_bundle_that_holds_the_hub_does_not_hang_the_run() {
        let vars = [("ASYNC_TEST_JOB_TIMEOUT", "1s")];
        let ended = run(&["suites::has_its_hub_held", "suites::innocent_a"], &[], &vars);
        is!(ended.status.code(), Some(101));
        like!(ended.err, "HoldsTheHub.* has held the hub for");
    }
}
