//! Many suites under a random mix of what can go wrong in one: the run ends, with the right verdict for each, and its
//! memory has a bound.
//!
//! `STORM_PASSES` says how often 250 suites are run, each time with other mishaps; 4 times where it is not set.
//! `STORM_SEED` runs the storm again that a failure names.

async_test_suite::main!();

#[cfg(unix)]
#[path = "faults/mod.rs"]
mod faults;
#[cfg(unix)]
#[path = "faults/storm/mishap.rs"]
mod mishap;
#[cfg(unix)]
#[path = "faults/storm/suites.rs"]
mod suites;

#[cfg(unix)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use async_test_suite::prelude::*;
    use serde_json::Value;

    use crate::faults::{Ended, Process};
    use crate::mishap::{Expected, Mishap};

    const SUITES: u64 = 250;

    /// In MB. A third of it has been seen in 40 passes.
    const MEMORY: u64 = 400;

    fn variable(name: &str) -> Option<u64> {
        let text = std::env::var(name).ok()?;
        Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
    }

    fn run(passes: u64, seed: u64) -> Ended {
        let (passes, seed) = (passes.to_string(), seed.to_string());
        let args = [
            "suites::",
            "--ignored",
            "--random",
            "--report",
            "events=FOLDER/out.jsonl",
            "--format",
            "terse",
            "--repeat",
            &passes,
            "--seed",
            &seed,
        ];
        let vars = [("ASYNC_TEST_GRACE_PERIOD", "2s"), ("ASYNC_TEST_TIMEOUT", "1h")];
        Process::start(&args, &vars).end_within(Duration::from_secs(3600))
    }

    /// What the events tell of the suites of one pass after the other.
    #[derive(Default)]
    struct Told {
        /// Of suites that have not ended yet.
        mishaps: BTreeMap<u64, Mishap>,
        ended: BTreeMap<Mishap, u64>,
        wrong: Vec<String>,
    }

    impl Told {
        fn take(&mut self, event: &Value) {
            let id = event["suite"]["id"].as_u64().unwrap_or_default();
            let of_a_suite = event["suite"]["top"].as_u64().is_none_or(|top| top == id);
            match event["event"].as_str() {
                Some("diag") => {
                    let text = event["text"].as_str().unwrap_or_default();
                    if let Some(mishap) = Mishap::all().find(|mishap| format!("{mishap:?}") == text) {
                        self.mishaps.insert(id, mishap);
                    }
                }
                // A subtest is counted in its suite.
                Some("suite_ended") if of_a_suite && !is_subtest(event) => self.end(id, event),
                _ => {}
            }
        }

        fn end(&mut self, id: u64, event: &Value) {
            let Some(mishap) = self.mishaps.remove(&id) else {
                self.wrong.push(format!("nobody knows what happened in it: {event}"));
                return;
            };
            *self.ended.entry(mishap).or_default() += 1;
            let none = Vec::new();
            let problems = event["problems"].as_array().unwrap_or(&none);
            let mut problems: BTreeSet<&str> = problems.iter().filter_map(|it| it["kind"].as_str()).collect();
            let count = |name: &str| event["tally"][name].as_u64().unwrap_or(u64::MAX);
            let Expected {
                fails,
                problems: expected,
                perhaps,
                tests,
            } = mishap.expected();
            if let Some(perhaps) = perhaps {
                problems.remove(perhaps);
            }
            let is_right = event["failed"] == fails
                && problems == expected
                && (count("run"), count("failed")) == tests
                && count("skipped") + count("todo") == 0;
            if !is_right {
                self.wrong.push(format!("{mishap:?}: {event}"));
            }
        }
    }

    fn is_subtest(event: &Value) -> bool {
        event["suite"]["path"].as_str().is_some_and(|path| path.contains('/'))
    }

    #[suite(timeout = "2h")]
    fn every_suite_of_a_storm_gets_its_verdict() {
        let passes = variable("STORM_PASSES").unwrap_or(4);
        let seed = variable("STORM_SEED").unwrap_or_else(|| fastrand::u64(..));
        let ended = run(passes, seed);
        let events = ended.file("out.jsonl");
        let mut told = Told::default();
        let mut last = Value::Null;
        for line in events.lines() {
            last = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            told.take(&last);
        }
        diag!("STORM_SEED={seed} {:?}", told.ended);
        ok!(!ended.was_killed, "it ends");
        is!(ended.status.code(), Some(101), "and has failed: {}", ended.err);
        is!(last["event"], "run_ended", "the report has an end");
        is!(
            told.ended.values().sum::<u64>(),
            passes * SUITES,
            "each suite has ended"
        );
        let first: Vec<_> = told.wrong.iter().take(10).map(String::as_str).collect();
        is!(first.join("\n"), "", "each as it should, but for {}", told.wrong.len());
        is!(told.mishaps.len(), 0, "and nothing else has begun");
        let problems = last["problems"].as_array().map_or(0, Vec::len);
        let dies = told.ended.contains_key(&Mishap::PanicInBundle);
        is!(
            problems,
            usize::from(dies),
            "the bundle dies once: {}",
            last["problems"]
        );
        // In a small storm the rare ones may be missing.
        if passes >= 40 {
            is!(told.ended.len(), Mishap::all().count(), "everything has happened");
        }
        #[cfg(target_os = "linux")]
        ok!(
            ended.peak < MEMORY << 20,
            "{passes} passes took {} MB of memory at most",
            ended.peak >> 20
        );
        diag!("{} MB of memory at most", ended.peak >> 20);
    }
}
