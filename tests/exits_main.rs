//! `process::exit(0)` in a suite, under `main!`.

async_test_suite::main!();

#[cfg(unix)]
#[allow(dead_code, reason = "these suites leave no traces")]
#[path = "faults/mod.rs"]
mod faults;
#[cfg(unix)]
#[path = "faults/exit_suites.rs"]
mod suites;

#[cfg(unix)]
mod tests {
    use async_test_suite::prelude::*;

    use crate::faults::Process;
    use crate::suites::{AFTER_EARLIER, EXITS};

    #[suite]
    fn a_run_that_a_test_ends_is_no_success_and_its_reports_are_closed() {
        for name in EXITS {
            let name = format!("suites::{name}");
            let reports = ["--report", "tap=FOLDER/out.tap", "--report", "events=FOLDER/out.jsonl"];
            let mut args = vec!["--ignored", "--exact", "suites::earlier", &name];
            args.extend(reports);
            let ended = Process::start(&args, &[(AFTER_EARLIER, "1")]).end();
            is!(ended.status.code(), Some(101), "{name}: {ended:?}");
            like!(ended.err, "`process::exit` was called", "{name}");
            let events = ended.file("out.jsonl");
            let last = events.lines().next_back().unwrap_or_default();
            like!(last, r#""event": ?"run_ended""#, "{name}: the end is there");
            like!(
                ended.file("out.tap"),
                r"(?m)^ok \d - suites::earlier$",
                "{name}: what had ended is there"
            );
            like!(
                ended.file("out.tap"),
                format!(r"(?m)^not ok \d - {name}$"),
                "{name}: it has failed"
            );
        }
    }

    #[suite]
    fn one_that_ends_as_it_should_is_left_alone() {
        let ended = Process::start(&["--ignored", "--exact", "suites::earlier"], &[]).end();
        is!(ended.status.code(), Some(0));
        unlike!(ended.err, "process::exit");
    }
}
