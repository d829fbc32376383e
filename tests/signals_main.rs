//! Signals under `main!`.

async_test_suite::main!();

#[cfg(unix)]
#[path = "faults/mod.rs"]
mod faults;
#[cfg(unix)]
#[path = "faults/signal_suites.rs"]
mod suites;

#[cfg(unix)]
mod tests {
    use std::time::Duration;

    use async_test_suite::prelude::*;

    use crate::faults::{Ended, Process};

    const REPORTS: [&str; 4] = ["--report", "tap=FOLDER/out.tap", "--report", "events=FOLDER/out.jsonl"];

    fn start(names: &[&str], vars: &[(&str, &str)]) -> Process {
        let mut args = vec!["--ignored", "--exact"];
        args.extend(names);
        args.extend(REPORTS);
        Process::start(&args, vars)
    }

    /// The reports say how it ended, and are whole.
    fn reports_are_closed(ended: &Ended, suites: &[&str]) {
        let tap = ended.file("out.tap");
        like!(tap, r"(?m)^Bail out! ended by SIG");
        for suite in suites {
            // What comes after the end of a TAP stream can only be a comment.
            like!(tap, format!(r"(?m)^# not ok \d - {suite}$"));
        }
        let events = ended.file("out.jsonl");
        let last = events.lines().next_back().unwrap_or_default();
        like!(last, r#""event": ?"run_ended""#);
    }

    #[suite]
    fn sigint_ends_the_run_as_a_bail_out_does() {
        for (name, number) in [("INT", 2), ("TERM", 15)] {
            let ended = start(&["suites::waits"], &[]).until("ready", 1).signal(name).end();
            is!(ended.signal(), Some(number));
            ok!(ended.has_traced("cleaned up"));
            ok!(ended.has_traced("cleaned up inside"));
            like!(ended.out, format!("ended by SIG{name}"));
            like!(ended.out, r"(?m)^test result: FAILED\. 0 passed; 1 failed;");
            reports_are_closed(&ended, &["suites::waits"]);
            like!(
                ended.file("out.tap"),
                "watching",
                "the verdict of the verifier is there"
            );
        }
    }

    #[suite]
    fn nothing_new_is_started() {
        let names = ["suites::one_of_two", "suites::other_of_two"];
        let ended = start(&names, &[]).until("ready", 1).signal("INT").end();
        is!(ended.signal(), Some(2));
        is!(ended.trace, "ready\n", "the one that had no turn yet did not get it");
    }

    #[suite]
    fn a_second_sigint_closes_the_reports_and_ends_it_at_once() {
        let vars = [("ASYNC_TEST_GRACE_PERIOD", "none"), ("ASYNC_TEST_JOB_TIMEOUT", "none")];
        let names = ["suites::cleans_up_for_ever", "suites::blocks"];
        let run = start(&names, &vars)
            .until("ready", 2)
            .signal("INT")
            .until("cleaning up", 1);
        let ended = run.pause(Duration::from_millis(200)).signal("INT").end();
        is!(ended.signal(), Some(2));
        reports_are_closed(&ended, &names);
        for name in names {
            like!(ended.err, format!("{name} for "), "what was still running");
        }
    }

    #[suite]
    fn the_grace_period_ends() {
        let vars = [("ASYNC_TEST_GRACE_PERIOD", "300ms"), ("ASYNC_TEST_JOB_TIMEOUT", "none")];
        for name in ["suites::cleans_up_for_ever", "suites::blocks"] {
            let ended = start(&[name], &vars).until("ready", 1).signal("TERM").end();
            is!(ended.signal(), Some(15), "{}", name);
            reports_are_closed(&ended, &[name]);
            like!(ended.err, format!("{name} for "), "what was still running");
        }
    }

    #[suite]
    fn what_is_running_is_told_and_the_run_goes_on() {
        for name in ["QUIT", "USR1"] {
            let run = start(&["suites::passes_in_the_end"], &[])
                .until("ready", 1)
                .signal(name);
            let ended = run.until_said("suites::passes_in_the_end for ").go_on().end();
            is!(ended.status.code(), Some(0));
            like!(ended.err, "suites::passes_in_the_end for ");
            like!(ended.err, "tests/faults/signal_suites.rs:");
            unlike!(ended.file("out.tap"), "for ", "nothing of it is in the reports");
        }
    }

    #[suite]
    fn signals_can_be_left_to_the_system() {
        for (flags, vars) in [
            (&["--signals", "off"][..], &[][..]),
            (&[], &[("ASYNC_TEST_SIGNALS", "off")]),
        ] {
            let mut names = vec!["suites::waits"];
            names.extend(flags);
            let ended = start(&names, vars).until("ready", 1).signal("INT").end();
            is!(ended.signal(), Some(2));
            nok!(ended.has_traced("cleaned up"));
        }
    }
}
