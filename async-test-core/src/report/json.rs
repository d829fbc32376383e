//! The JSON of the built-in harness, byte for byte in its form: what editors read.
//!
//! The rendered failure of a suite stands where the harness has what the test printed.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use super::attempts::{Attempts, flaky};
use super::json_text::quoted;
use super::printed::Unattributed;
use super::summary::Row;
use super::tree::{Ended, Tree};
use super::words::{self, one_line};
use super::yaml::as_text;
use super::{Reporter, Style, write};
use crate::record::{Check, Record, RunEnd, RunStart, SuiteInfo, Verdict};

pub(super) struct Json {
    tree: Tree,
    times: bool,
    /// The tests that have been told to run: once, however many attempts there are.
    started: HashSet<Arc<str>>,
    /// What failed attempts had to say whose test has not ended.
    attempts: Attempts<String>,
}

impl Json {
    pub(super) fn new(style: &Style) -> Json {
        let plain = Style {
            color: false,
            ..style.clone()
        };
        Json {
            tree: Tree::new(&plain),
            times: style.times,
            started: HashSet::new(),
            attempts: Attempts::default(),
        }
    }

    fn started(&mut self, suite: &SuiteInfo) -> String {
        let is_news = suite.nesting == 1 && self.started.insert(suite.test_name.clone());
        match is_news {
            true => format!(
                "{{ \"type\": \"test\", \"event\": \"started\", \"name\": {} }}\n",
                quoted(&suite.test_name)
            ),
            false => String::new(),
        }
    }

    fn ended(&mut self, check: &Check, ended: &Ended) -> String {
        let Some(end) = &check.child else {
            return String::new();
        };
        // One that did not run is told to start by the harness, too.
        let mut text = self.started(&end.suite);
        if check.verdict == Verdict::Retried {
            self.attempts.keep(&end.suite, ended.text.clone());
            return text;
        }
        self.started.remove(&end.suite.test_name);
        let mut shown = self.attempts.take(&end.suite).concat() + &ended.text;
        shown.extend(ended.printed.as_deref());
        if let Some(flaky) = flaky(check) {
            let _ = writeln!(shown, "{flaky}");
        }
        let (event, message) = match Row::of(check) {
            Row::Ok | Row::Retried => ("ok", None),
            // The harness has a message of its own for one kind of failure only.
            Row::Failed => ("failed", end.did_not_panic().map(str::to_owned)),
            Row::TooSlow => ("failed", None),
            Row::Ignored(why) => ("ignored", Some(why).filter(|why| !why.is_empty())),
        };
        let name = quoted(&end.suite.test_name);
        let _ = write!(text, "{{ \"type\": \"test\", \"name\": {name}, \"event\": \"{event}\"");
        if self.times && event != "ignored" {
            let _ = write!(text, ", \"exec_time\": {}", end.took.as_secs_f64());
        }
        if !shown.is_empty() {
            let _ = write!(text, ", \"stdout\": {}", quoted(&shown));
        }
        if matches!(Row::of(check), Row::TooSlow) {
            text.push_str(", \"reason\": \"time limit exceeded\"");
        }
        if let Some(message) = message {
            let _ = write!(text, ", \"message\": {}", quoted(&message));
        }
        text.push_str(" }\n");
        text
    }
}

/// Tests whose next attempt did not end, as failed ones.
fn cut_off(attempts: &mut Attempts<String>) -> String {
    let row = |(name, texts): (Arc<str>, Vec<String>)| {
        let (name, texts) = (quoted(&name), quoted(&texts.concat()));
        format!("{{ \"type\": \"test\", \"name\": {name}, \"event\": \"failed\", \"stdout\": {texts} }}\n")
    };
    attempts.rest().into_iter().map(row).collect()
}

fn run_started(start: &RunStart) -> String {
    let seed = match start.random {
        true => format!(", \"shuffle_seed\": {}", start.seed),
        false => String::new(),
    };
    format!(
        "{{ \"type\": \"suite\", \"event\": \"started\", \"test_count\": {}{seed} }}\n",
        start.suites
    )
}

/// What fails a run beside its suites is unknown to the harness. Readers pass over a type that they do not know.
fn run_problems(end: &RunEnd) -> String {
    let bail_out = end
        .bailed_out
        .as_ref()
        .map(|why| format!("bailed out: {}", one_line(why)));
    let problems = end.problems.iter().map(|problem| {
        let told = words::problem(problem);
        let why = told.rows.first().map(|row| as_text(&row.value));
        format!(
            "{}{}",
            told.title,
            why.map(|why| format!(": {why}")).unwrap_or_default()
        )
    });
    bail_out
        .into_iter()
        .chain(problems)
        .map(|message| {
            format!(
                "{{ \"type\": \"run\", \"event\": \"problem\", \"message\": {} }}\n",
                quoted(&message)
            )
        })
        .collect()
}

/// Unknown to the harness as well, which captures what it can attribute only.
fn run_output((texts, left_out): (Vec<Unattributed>, u64)) -> String {
    let mut lines = String::new();
    if left_out > 0 {
        let message = format!("{left_out} bytes that belong to no suite for certain are left out");
        let _ = writeln!(
            lines,
            "{{ \"type\": \"run\", \"event\": \"output\", \"message\": {} }}",
            quoted(&message)
        );
    }
    for unattributed in texts {
        let _ = writeln!(
            lines,
            "{{ \"type\": \"run\", \"event\": \"output\", \"message\": {}, \"stdout\": {} }}",
            quoted(&unattributed.title()),
            quoted(&unattributed.text)
        );
    }
    lines
}

fn run_ended(end: &RunEnd) -> String {
    let event = if end.is_ok() { "ok" } else { "failed" };
    format!(
        "{{ \"type\": \"suite\", \"event\": \"{event}\", \"passed\": {}, \"failed\": {}, \"ignored\": {}, \
         \"measured\": 0, \"filtered_out\": {}, \"exec_time\": {} }}\n",
        end.passed,
        end.failed,
        end.ignored,
        end.filtered_out,
        end.took.as_secs_f64()
    )
}

impl Reporter for Json {
    fn counts_passed(&self) -> bool {
        true
    }

    fn hears_stages(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        let ended = self.tree.take(record);
        let text = match record {
            Record::RunStarted(start) => run_started(start),
            Record::SuiteStarted(suite) => self.started(suite),
            Record::Check(check) => ended.map(|ended| self.ended(check, &ended)).unwrap_or_default(),
            Record::RunEnded(end) => {
                self.started.clear();
                run_output(self.tree.unattributed())
                    + &cut_off(&mut self.attempts)
                    + &run_problems(end)
                    + &run_ended(end)
            }
            // They are part of the tree.
            Record::Plan(..)
            | Record::Diag(..)
            | Record::Problem(..)
            | Record::Warning(..)
            | Record::Stage(..)
            | Record::Telemetry(..)
            | Record::Output(_)
            | Record::Passed { .. }
            | Record::SuiteEnded(_)
            | Record::BailOut(..) => String::new(),
        };
        write(&text, out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::every::{every, golden, written};
    use crate::report::script::Script;

    #[test]
    fn it_tells_everything() {
        for (bails_out, name) in [(false, "json.txt"), (true, "json_bail.txt")] {
            let text = written("json", &Style::default(), &every(bails_out));
            golden(name, &text);
            for line in text.lines() {
                let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert!(value.is_object());
            }
        }
    }

    #[test]
    fn a_suite_that_never_ran_is_told_to_start_once() {
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "ran");
        script.end(1, 0, Some(Verdict::Skipped("why \"so\"".into())));
        script.start(2, 0, "did_not");
        script.end(2, 0, Some(Verdict::Skipped("".into())));
        script
            .records
            .retain(|record| !matches!(record, Record::SuiteStarted(suite) if suite.id.0 == 2));
        let text = written("json", &Style::default(), &script.records);
        assert_eq!(
            text,
            r#"{ "type": "test", "event": "started", "name": "ran" }
{ "type": "test", "name": "ran", "event": "ignored", "message": "why \"so\"" }
{ "type": "test", "event": "started", "name": "did_not" }
{ "type": "test", "name": "did_not", "event": "ignored" }
"#
        );
    }

    #[test]
    fn times_and_the_seed_are_told_where_they_are_asked_for() {
        let style = Style {
            times: true,
            ..Style::default()
        };
        let mut script = Script::default();
        script.start(0, 0, "");
        script.start(1, 0, "a");
        script.end(1, 0, None);
        script.run_ended(None, Vec::new());
        let text = written("json", &style, &script.records);
        assert!(text.contains(r#""event": "ok", "exec_time": 0.012345 }"#), "{text}");
        assert!(text.contains(r#""test_count": 1, "shuffle_seed": 4711 }"#), "{text}");
        let plain = written("json", &Style::default(), &every(false));
        assert!(!plain.contains("\"ok\", \"exec_time\"") && !plain.contains("shuffle_seed"));
    }

    #[test]
    fn a_suite_that_ended_is_forgotten() {
        let mut json = Json::new(&Style::default());
        for record in every(true) {
            json.record(&record, &mut io::sink()).unwrap();
        }
        assert!(json.started.is_empty());
    }
}
