//! One fault in one place: how the program is started, and what is to hold whatever becomes of it.

use std::time::Duration;

use super::fault::{FAULT, Fault};
use super::seen::{Ends, Outcome, Seen, Verdict};
use super::{Door, Place};
use crate::faults::Process;

/// What has not ended then hangs. Nothing depends on how much sooner the others end.
const HARD: Duration = Duration::from_secs(60);

const LONG: &str = "1h";

/// Limits under which a run ends only where it may: those of it that are not short are longer than anybody waits.
struct Limits {
    suite: &'static str,
    jobs: &'static str,
    grace: &'static str,
}

impl Limits {
    fn of(fault: Fault, place: &Place) -> Limits {
        let (suite, jobs, grace) = match fault {
            // What holds the hub is held against a limit of its own, which is no less than ten seconds.
            _ if place.is_guest() && fault.blocks() => (LONG, "1s", LONG),
            Fault::Waits if place.name == "clean-up" => (LONG, "1s", LONG),
            // That of the round is in the suite.
            Fault::Waits if place.name == "verifier round" => (LONG, LONG, LONG),
            Fault::Waits => ("1s", LONG, LONG),
            _ if fault.blocks() => ("1s", LONG, "500ms"),
            _ => (LONG, LONG, LONG),
        };
        Limits { suite, jobs, grace }
    }

    /// Whether a run under these limits may say that it ended so.
    fn allow(&self, ends: Ends) -> bool {
        match ends {
            Ends::AtOnce => [self.suite, self.jobs, self.grace] == [LONG; 3],
            // The limit of a round is short in any case.
            Ends::AtLimit => self.grace == LONG || self.suite != LONG,
            Ends::LimitAndGrace => self.grace != LONG,
        }
    }
}

impl Place {
    pub(super) fn is_guest(&self) -> bool {
        self.suite.starts_with("guests::")
    }
}

/// What became of it, or why it means nothing; and what should not be so.
pub(super) struct Cell {
    pub(super) outcome: Result<Outcome, &'static str>,
    pub(super) wrong: Vec<String>,
}

pub(super) fn run(door: Door, fault: Fault, place: &Place) -> Cell {
    if let Some((_, why)) = place.cannot.iter().find(|(cannot, _)| *cannot == fault) {
        return Cell {
            outcome: Err(why),
            wrong: Vec::new(),
        };
    }
    let limits = Limits::of(fault, place);
    let mut args = vec!["--ignored", "--exact", "--test-threads", "2"];
    args.extend([BEFORE, place.suite, BESIDE]);
    let mut vars = vec![
        (FAULT, fault.name()),
        ("ASYNC_TEST_TIMEOUT", limits.suite),
        ("ASYNC_TEST_JOB_TIMEOUT", limits.jobs),
        ("ASYNC_TEST_GRACE_PERIOD", limits.grace),
    ];
    match door {
        Door::Main => {
            args.extend(["--report", "events=FOLDER/out.jsonl", "--report", "tap=FOLDER/out.tap"]);
            if place.name == "reporter" {
                args.extend(["--report", "faulty=FOLDER/faulty"]);
            }
        }
        Door::Builtin if place.name == "reporter" => vars.push(("ASYNC_TEST_FORMAT", "faulty")),
        Door::Builtin => {}
    }
    let is_before = |line: &str| line.starts_with(&format!("test {BEFORE} .")) && line.ends_with(". ok");
    // An abort is to leave no core file.
    let run = Process::after("ulimit -c 0", &args, &vars);
    let ended = run.until_line(is_before).go_on().end_within(HARD);
    let seen = Seen::new(door, &ended, place.suite, [BEFORE, BESIDE]);
    let outcome = seen.outcome();
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            let (fault, place) = (fault.name(), place.name);
            wrong.push(format!(
                "{what}: {fault} in {place}: {outcome:?}\n{}\n{}",
                ended.out, ended.err
            ));
        }
    };
    check(!ended.was_killed, "hang");
    check(!ended.status.success(), "green");
    check(seen.keeps(BEFORE), "lost");
    let is_kept = match outcome.verdict {
        _ if !seen.has_end() => true,
        Verdict::AllFail => true,
        Verdict::OneFails => seen.keeps(BESIDE) != seen.keeps(place.suite),
        _ => seen.keeps(BESIDE),
    };
    check(is_kept, "lost");
    check(seen.is_consistent(), "reports that say different things");
    check(limits.allow(outcome.ends), "too early or too late");
    for words in fault.words(door, place) {
        check(seen.says(words), &format!("`{words}` is not said"));
    }
    Cell {
        outcome: Ok(outcome),
        wrong,
    }
}

pub(super) const BEFORE: &str = "matrix::places::before";
pub(super) const BESIDE: &str = "matrix::places::beside";
