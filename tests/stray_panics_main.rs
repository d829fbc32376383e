//! Panics of tasks and threads that no suite has started, under `main!`.

#[path = "faults/mod.rs"]
mod faults;
#[path = "faults/stray_suites.rs"]
mod suites;

#[path = "faults/stray_odd_suites.rs"]
mod odd;

use std::io;

use async_test_suite::Reporter;
use async_test_suite::record::Record;

/// Lets the thread panic that a suite has left behind, when this one has ended.
#[derive(Default)]
struct Late;

impl Reporter for Late {
    fn record(&mut self, record: &Record, _: &mut dyn io::Write) -> io::Result<()> {
        if matches!(record, Record::SuiteEnded(_)) {
            odd::let_it_panic();
        }
        Ok(())
    }
}

/// The same, when the run has ended.
#[derive(Default)]
struct Later;

impl Reporter for Later {
    fn record(&mut self, record: &Record, _: &mut dyn io::Write) -> io::Result<()> {
        if matches!(record, Record::RunEnded(_)) {
            odd::let_it_panic();
        }
        Ok(())
    }
}

async_test_suite::register_reporter!("late", Late);
async_test_suite::register_reporter!("later", Later);

async_test_suite::main!();

mod tests {
    use async_test_suite::prelude::*;

    use crate::faults::{Ended, Process};
    use crate::odd;
    use crate::suites::{HANDLED, STRAYS};

    fn run(names: &[&str], flags: &[&str]) -> Ended {
        let full = |name: &&str| match name.contains("::") {
            true => (*name).to_owned(),
            false => format!("suites::{name}"),
        };
        let names: Vec<String> = names.iter().map(full).collect();
        let mut args = vec!["--ignored", "--exact", "--report", "events=FOLDER/out.jsonl"];
        args.extend(names.iter().map(String::as_str));
        args.extend(flags);
        Process::start(&args, &[]).end()
    }

    #[suite]
    fn a_panic_that_nobody_waits_for_fails_its_suite_or_the_run() {
        let odd = odd::STRAYS.iter().map(|name| format!("odd::{name}"));
        // On the shared runtime nobody knows when it gets its turn.
        let plain = STRAYS.iter().filter(|name| !name.contains("never_got_a_turn"));
        for suite in plain.map(|name| (*name).to_owned()).chain(odd) {
            let ended = run(&[&suite], &[]);
            is!(ended.status.code(), Some(101), "{suite}: {} {}", ended.out, ended.err);
            if !suite.contains("no_text") {
                like!(ended.out, "nobody waits for me", "{}", suite);
            }
            like!(ended.out, "that no suite has started", "{}", suite);
            like!(ended.file("out.jsonl"), r#""kind":"stray_panic""#);
        }
    }

    #[suite]
    fn a_panic_that_somebody_handles_fails_nothing() {
        let odd = odd::HANDLED.iter().map(|name| format!("odd::{name}"));
        for suite in HANDLED.iter().map(|name| (*name).to_owned()).chain(odd) {
            let ended = run(&[&suite], &[]);
            is!(ended.status.code(), Some(0), "{suite}: {} {}", ended.out, ended.err);
        }
        // Beside others nobody knows whose panic it is, so that the wish of one of them does not count.
        let beside: Vec<&str> = HANDLED.iter().copied().filter(|it| !it.contains("allowed")).collect();
        let ended = run(&beside, &[]);
        is!(
            ended.status.code(),
            Some(0),
            "beside each other: {} {}",
            ended.out,
            ended.err
        );
    }

    #[suite]
    fn what_several_may_have_done_fails_the_run_with_their_names() {
        let ended = run(&["one_of_two", "other_of_two"], &[]);
        is!(ended.status.code(), Some(101));
        like!(ended.out, r"(?m)^test result: FAILED\. 2 passed; 0 failed;");
        like!(ended.out, "of one of two");
        for suite in ["suites::one_of_two", "suites::other_of_two"] {
            cmp_ok!(ended.out.matches(suite).count(), >, 1, "{suite}: {}", ended.out);
        }
    }

    #[suite]
    fn a_panic_after_the_last_suite_fails_the_run() {
        let outlived = ["odd::outlived_by_its_thread"];
        let ended = run(&outlived, &["--report", "late=FOLDER/late"]);
        is!(ended.status.code(), Some(101), "{} {}", ended.out, ended.err);
        like!(ended.out, r"(?m)^test result: FAILED\. 1 passed; 0 failed;");
        like!(ended.out, "nobody waits for me");
        like!(ended.file("out.jsonl"), r#""kind":"stray_panic""#);
        // Too late for any report.
        let ended = run(&outlived, &["--report", "later=FOLDER/later"]);
        is!(ended.status.code(), Some(101), "{} {}", ended.out, ended.err);
        like!(
            ended.err,
            "a thread that no suite has started panicked at tests/faults/stray_odd_suites.rs:.*: nobody waits for me"
        );
        for when in ["late=FOLDER/late", "later=FOLDER/later"] {
            let reported = run(&outlived, &["--report", when, "--stray-panics", "report"]);
            is!(reported.status.code(), Some(0), "{} {}", reported.out, reported.err);
        }
    }

    #[suite]
    fn it_can_be_told_and_fail_nothing() {
        let ended = run(
            &["detached_task", "one_of_two", "other_of_two"],
            &["--stray-panics", "report"],
        );
        is!(ended.status.code(), Some(0), "{} {}", ended.out, ended.err);
        let events = ended.file("out.jsonl");
        like!(
            events,
            "a task that no suite has started panicked at tests/faults/stray_suites.rs"
        );
        like!(
            events,
            "a thread that no suite has started panicked at tests/faults/stray_suites.rs"
        );
        let refused = run(&["detached_task"], &["--stray-panics", "ignore"]);
        is!(refused.status.code(), Some(101));
        like!(refused.err, "known are fail and report");
    }
}
