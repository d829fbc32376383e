//! Everything a run has to tell, for programs: one JSON object a line for each record, with all that the record holds.
//!
//! `docs/events.schema.json` says what the fields are. A field may be added in the same version; one that goes or
//! changes its meaning makes a new [`VERSION`].

mod suite;
mod words;

use std::collections::HashSet;
use std::io;

use super::json_text::Object;
use super::{Reporter, Style, write};
use crate::ids::SuiteId;
use crate::record::{Check, Output, Passes, Record, RunEnd, RunStart, SuiteEnd, SuiteInfo};

use self::suite::{by_name, in_full, place, seed, time};
use self::words::{detail, log, problem, stage, tally, telemetry, verdict};

/// The number in the field `v` of each line.
pub(super) const VERSION: u64 = 1;

/// Suites are described in full when they are first mentioned, and then by their number and path.
pub(super) struct Events {
    known: HashSet<SuiteId>,
}

impl Events {
    pub(super) fn new(_: &Style) -> Events {
        Events { known: HashSet::new() }
    }

    fn suite(&mut self, object: &mut Object, suite: &SuiteInfo) {
        let is_news = self.known.insert(suite.id);
        object.object("suite", |object| {
            if is_news {
                in_full(object, suite);
            } else {
                by_name(object, suite);
            }
        });
    }

    fn check(&mut self, object: &mut Object, check: &Check) {
        let Check {
            suite,
            number,
            verdict: judged,
            label,
            at,
            detail: explained,
            child,
        } = check;
        self.suite(object, suite);
        object.count("number", *number);
        verdict(object, judged);
        object.text("label", label);
        place(object, "at", at);
        if let Some(explained) = explained {
            object.object("detail", |object| detail(object, explained));
        }
        if let Some(child) = child {
            object.object("child", |object| by_name(object, &child.suite));
            // Nothing more is to come from it; if something does, it is told in full again.
            self.known.remove(&child.suite.id);
        }
    }

    fn output(&mut self, object: &mut Object, output: &Output) {
        let Output {
            candidates,
            others,
            text,
            lost,
        } = output;
        match output.suite() {
            Some(suite) => self.suite(object, suite),
            None => {
                // It may be told a moment before the begin of one of them.
                let suites: Vec<_> = candidates
                    .iter()
                    .map(|suite| (suite, self.known.insert(suite.id)))
                    .collect();
                object.objects("candidates", &suites, |object, (suite, is_news)| match is_news {
                    true => in_full(object, suite),
                    false => by_name(object, suite),
                });
                object.count("others", *others);
            }
        }
        object.text("text", text);
        if *lost > 0 {
            object.count("lost_bytes", *lost);
        }
    }

    fn suite_ended(&mut self, object: &mut Object, end: &SuiteEnd) {
        let SuiteEnd {
            suite,
            planned,
            tally: counters,
            problems,
            skipped,
            failed,
            took,
            waited,
            seeded,
            log: kept,
        } = end;
        self.suite(object, suite);
        if let Some(planned) = planned {
            object.count("planned", *planned);
        }
        object.object("tally", |object| tally(object, counters));
        object.objects("problems", problems, |object, it| problem(object, it));
        if let Some(why) = skipped {
            object.text("skipped", why);
        }
        object.bool("failed", *failed);
        time(object, "took_ns", *took);
        time(object, "waited_ns", *waited);
        object.bool("seeded", *seeded);
        if let Some(kept) = kept {
            object.object("log", |object| log(object, kept));
        }
    }
}

impl Reporter for Events {
    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        let mut line = Object::new();
        line.count("v", VERSION);
        line.text("event", name(record));
        match record {
            Record::RunStarted(start) => run_started(&mut line, start),
            Record::SuiteStarted(suite) => self.suite(&mut line, suite),
            Record::Plan(suite, tests) => {
                self.suite(&mut line, suite);
                line.count("tests", *tests);
            }
            Record::Check(check) => self.check(&mut line, check),
            Record::Passed { suite, first, count } => {
                self.suite(&mut line, suite);
                line.count("first", *first);
                line.count("count", *count);
            }
            Record::Diag(suite, text) | Record::Warning(suite, text) => {
                self.suite(&mut line, suite);
                line.text("text", text);
            }
            Record::Problem(suite, what) => {
                self.suite(&mut line, suite);
                line.object("problem", |object| problem(object, what));
            }
            Record::Stage(suite, from, to) => {
                self.suite(&mut line, suite);
                line.text("from", stage(*from));
                line.text("to", stage(*to));
            }
            Record::Telemetry(suite, what) => {
                self.suite(&mut line, suite);
                line.object("telemetry", |object| telemetry(object, what));
            }
            Record::SuiteEnded(end) => self.suite_ended(&mut line, end),
            Record::Output(what) => self.output(&mut line, what),
            Record::BailOut(suite, why) => {
                self.suite(&mut line, suite);
                line.text("why", why);
            }
            Record::RunEnded(end) => run_ended(&mut line, end),
        }
        write(&(line.finish() + "\n"), out)
    }
}

fn name(record: &Record) -> &'static str {
    match record {
        Record::RunStarted(_) => "run_started",
        Record::SuiteStarted(_) => "suite_started",
        Record::Plan(..) => "plan",
        Record::Check(_) => "check",
        Record::Passed { .. } => "passed",
        Record::Diag(..) => "diag",
        Record::Problem(..) => "problem",
        Record::Warning(..) => "warning",
        Record::Stage(..) => "stage",
        Record::Telemetry(..) => "telemetry",
        Record::SuiteEnded(_) => "suite_ended",
        Record::Output(_) => "output",
        Record::BailOut(..) => "bail_out",
        Record::RunEnded(_) => "run_ended",
    }
}

fn run_started(object: &mut Object, start: &RunStart) {
    let RunStart {
        suites,
        filtered_out,
        shard,
        seed: start_seed,
        random,
    } = start;
    object.count("suites", *suites as u64);
    object.count("filtered_out", *filtered_out as u64);
    if let Some(shard) = shard {
        object.text("shard", &shard.to_string());
    }
    seed(object, *start_seed);
    object.bool("random", *random);
}

fn run_ended(object: &mut Object, end: &RunEnd) {
    let RunEnd {
        passed,
        failed,
        ignored,
        filtered_out,
        failures,
        flaky,
        bailed_out,
        problems,
        checks,
        queue_most,
        at_once,
        took,
        seed: run_seed,
        passes,
    } = end;
    object.bool("ok", end.is_ok());
    object.count("passed", *passed);
    object.count("failed", *failed);
    object.count("ignored", *ignored);
    object.count("filtered_out", *filtered_out);
    // They have ended long ago, and whoever wants to show them needs all of it.
    object.objects("failures", failures, |object, failed| in_full(object, &failed.suite));
    object.objects("flaky", flaky, |object, suite| in_full(object, suite));
    if let Some(why) = bailed_out {
        object.text("bailed_out", why);
    }
    object.objects("problems", problems, |object, it| problem(object, it));
    object.object("checks", |object| tally(object, checks));
    object.count("queue_most", *queue_most);
    object.count("at_once", *at_once);
    time(object, "took_ns", *took);
    seed(object, *run_seed);
    if let Some(Passes { run, failed }) = passes {
        object.object("passes", |object| {
            object.count("run", *run);
            object.count("failed", *failed);
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::every::{every, golden, one, written};

    fn lines(records: &[Record]) -> Vec<Value> {
        let text = written("events", &Style::default(), records);
        assert_eq!(text.lines().count(), records.len(), "one line for each record");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn it_tells_everything() {
        golden("events.jsonl", &written("events", &Style::default(), &every(false)));
        golden("events_bail.jsonl", &written("events", &Style::default(), &every(true)));
    }

    #[test]
    fn a_suite_is_described_before_it_is_only_named() {
        for records in [every(false), every(true), one(10)] {
            let mut known = HashSet::new();
            for line in lines(&records) {
                let Some(id) = line["suite"]["id"].as_u64() else {
                    continue;
                };
                let is_full = line["suite"]["name"].is_string();
                assert_eq!(is_full, known.insert(id), "{line}");
                if let Some(child) = line["child"]["id"].as_u64() {
                    assert!(known.remove(&child), "{line}");
                }
            }
        }
    }

    #[test]
    fn a_suite_that_ended_is_forgotten() {
        let mut events = Events::new(&Style::default());
        for record in every(true) {
            events.record(&record, &mut io::sink()).unwrap();
        }
        assert_eq!(events.known, HashSet::from([SuiteId::ROOT]));
    }
}
