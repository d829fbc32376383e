//! JUnit XML in the flavour that Jenkins, GitLab and most others read: a `testsuite` for each `#[suite]`, written when it
//! ends, and in it a `testcase` for the suite itself and for each subtest.
//!
//! A case fails by what is its own: checks, a panic, a time limit. A failed subtest is a failed case beside it, so nothing
//! is counted twice. Attempts of one suite are one `testsuite`, written when the last of them ends. What is forgiven (TODO) counts as skipped, for JUnit knows nothing between passed and failed.

mod attempts;
mod case;
mod status;
#[cfg(test)]
mod tests;

use std::io;
use std::time::Duration;

use quick_junit::{Report, TestSuite};

use super::attempts::Attempts;
use super::paint::Paint;
use super::printed::{Printed, log_text, plainly};
use super::words::one_line;
use super::{Reporter, Style, write};
use crate::ids::{BySuite, SuiteId};
use crate::options::Shard;
use crate::record::{Attempt, Check, Record, RunEnd, SuiteEnd, SuiteInfo, Verdict};

use attempts::{Finished, test_suite};
use case::Case;
use status::allowed;

/// Names of suites that are still running, in a document that is cut short.
const MAX_RUNNING: usize = 20;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"async-test-suite\">\n";
const TAIL: &str = "</testsuites>\n";

pub(super) struct Junit {
    paint: Paint,
    printed: Printed,
    /// Our own runner is in charge: all suites are one document.
    whole_run: bool,
    seed: Option<u64>,
    shard: Option<Shard>,
    open: BySuite<Open>,
    /// Failed attempts of suites that are tried again.
    attempts: Attempts<Finished>,
    /// The `#[suite]`s that are running, for a document that is cut short.
    running: Vec<(SuiteId, String)>,
    has_ended: bool,
}

/// A suite that has not ended: its own case, and those of its subtests.
struct Open {
    own: Case,
    below: Vec<Case>,
}

impl Junit {
    pub(super) fn new(style: &Style) -> Junit {
        let plain = Style {
            color: false,
            ..style.clone()
        };
        Junit {
            paint: Paint::new(&plain),
            printed: Printed::new(style),
            whole_run: false,
            seed: None,
            shard: None,
            open: BySuite::default(),
            attempts: Attempts::default(),
            running: Vec::new(),
            has_ended: false,
        }
    }

    fn open(&mut self, suite: &SuiteInfo) -> &mut Open {
        self.open.get_or_insert_with(suite.id, || Open {
            own: Case::new(suite),
            below: Vec::new(),
        })
    }

    /// The case that a remark about a suite belongs to: a hidden one speaks for whoever called it.
    fn case(&mut self, suite: &SuiteInfo) -> &mut Case {
        &mut self.open(suite).own
    }

    fn check(&mut self, check: &Check) -> io::Result<String> {
        let Some(end) = &check.child else {
            let paint = self.paint.clone();
            // Checks of the root are nobody's case; a failed one shows in the exit code.
            if check.suite.id != SuiteId::ROOT {
                self.case(&check.suite).check(&paint, check);
            }
            return Ok(String::new());
        };
        let mut child = match self.open.remove(end.suite.id) {
            Some(open) => open,
            None => Open {
                own: Case::new(&end.suite),
                below: Vec::new(),
            },
        };
        child.own.ended(check, end);
        if let Some(log) = &end.log {
            child.own.printed(&format!("log:\n{}", log_text(log)));
        }
        match &check.verdict {
            Verdict::Todo(why) => child.forgive(|case| case.todo(why)),
            Verdict::Flunked(why) => child.forgive(|case| case.promised(why)),
            Verdict::Passed
            | Verdict::Failed
            | Verdict::Unflunked(_)
            | Verdict::UnexpectedPass(_)
            | Verdict::Skipped(_)
            | Verdict::Retried => {}
        }
        if let Some(printed) = self.printed.ended(check) {
            child.own.printed(&printed);
        }
        if end.suite.nesting == 1 {
            return self.outermost(check, end, child);
        }
        let parent = self.open(&check.suite);
        if end.suite.hidden {
            parent.own.swallow(child.own, check.verdict.fails());
        } else {
            parent.own.has_subtest(end.took);
            parent.below.push(child.own);
        }
        parent.below.append(&mut child.below);
        Ok(String::new())
    }

    fn outermost(&mut self, check: &Check, end: &SuiteEnd, open: Open) -> io::Result<String> {
        self.running.retain(|(id, _)| *id != end.suite.id);
        let finished = Finished {
            suite: end.suite.clone(),
            took: end.took,
            cases: std::iter::once(open.own).chain(open.below).collect(),
        };
        // Where the built-in harness prints each attempt by itself, none of them is kept for a later one.
        if check.verdict == Verdict::Retried && self.whole_run {
            self.attempts.keep(&end.suite, finished);
            return Ok(String::new());
        }
        let mut attempts = self.attempts.take(&end.suite);
        attempts.push(finished);
        self.of_attempts(&attempts)
    }

    fn of_attempts(&self, attempts: &[Finished]) -> io::Result<String> {
        test_suite(attempts, self.seed, self.shard).map_or(Ok(String::new()), |suite| self.suite(suite))
    }

    /// One suite as text: a document of its own where the built-in harness prints it, else a part of one.
    fn suite(&self, suite: TestSuite) -> io::Result<String> {
        let mut report = Report::new("async-test-suite");
        report.add_test_suite(suite);
        let document = report.to_string().map_err(io::Error::other)?;
        if !self.whole_run {
            return Ok(document);
        }
        // The library writes whole documents only: its head is two lines, its tail is ours.
        let part = document.splitn(3, '\n').nth(2).and_then(|rest| rest.strip_suffix(TAIL));
        part.map(str::to_owned)
            .ok_or_else(|| io::Error::other("the XML is not laid out as expected"))
    }

    fn run_ended(&mut self, end: &RunEnd) -> io::Result<String> {
        self.has_ended = true;
        let mut text = String::new();
        // Their next attempt has not ended, so the last word is a failure.
        for (_, attempts) in self.attempts.rest() {
            text.push_str(&self.of_attempts(&attempts)?);
        }
        let mut cases = Vec::new();
        if let Some(why) = &end.bailed_out {
            cases.push(Case::error("bail out", "bail_out", &one_line(why)));
        }
        for problem in &end.problems {
            cases.push(Case::of_run(&self.paint, problem));
        }
        let printed = plainly(&self.printed.unattributed());
        if !cases.is_empty() || !printed.is_empty() {
            let mut suite = TestSuite::new("the run");
            suite.set_time(Duration::ZERO);
            suite.add_test_cases(cases.into_iter().map(|case| case.finish(Attempt::ONLY)));
            if !printed.is_empty() {
                suite.set_system_out(allowed(&printed));
            }
            text.push_str(&self.suite(suite)?);
        }
        Ok(text + TAIL)
    }

    fn text(&mut self, record: &Record) -> io::Result<String> {
        match record {
            Record::RunStarted(start) => {
                self.whole_run = true;
                self.seed = Some(start.seed);
                self.shard = start.shard;
                return Ok(HEAD.to_owned());
            }
            Record::SuiteStarted(suite) if suite.id != SuiteId::ROOT => {
                self.open(suite);
                if suite.nesting == 1 {
                    self.running.push((suite.id, suite.path.clone()));
                }
            }
            Record::Check(check) => return self.check(check),
            Record::Passed { suite, count, .. } if suite.id != SuiteId::ROOT => self.case(suite).passed(*count),
            Record::Diag(suite, text) if suite.id != SuiteId::ROOT => self.case(suite).remark(text),
            Record::Warning(suite, text) if suite.id != SuiteId::ROOT => {
                self.case(suite).remark(&format!("warning: {text}"));
            }
            Record::Problem(suite, problem) if suite.id != SuiteId::ROOT => {
                let paint = self.paint.clone();
                self.case(suite).problem(&paint, problem, &suite.at);
            }
            Record::Output(output) => self.printed.take(output),
            Record::RunEnded(end) => return self.run_ended(end),
            // Those of the root have no case, what matters of them comes with the end; plans are compared by the ledger,
            // and a bail-out is told with the end of the run.
            Record::SuiteStarted(_)
            | Record::Diag(..)
            | Record::Warning(..)
            | Record::Problem(..)
            | Record::Plan(..)
            | Record::Stage(..)
            | Record::Telemetry(..)
            | Record::Passed { .. }
            | Record::SuiteEnded(_)
            | Record::BailOut(..) => {}
        }
        Ok(String::new())
    }
}

impl Open {
    /// Nothing in it counts as failed any more.
    fn forgive(&mut self, change: impl Fn(&mut Case)) {
        let cases = std::iter::once(&mut self.own).chain(&mut self.below);
        cases.filter(|case| case.has_failed()).for_each(change);
    }
}

impl Reporter for Junit {
    fn counts_passed(&self) -> bool {
        true
    }

    fn hears_stages(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record, out: &mut dyn io::Write) -> io::Result<()> {
        let text = self.text(record)?;
        write(&text, out)
    }

    /// A run that was cut short must not look like one that passed.
    fn closing(&self) -> String {
        if !self.whole_run || self.has_ended {
            return String::new();
        }
        let mut names: Vec<&str> = self.running.iter().map(|(_, path)| path.as_str()).collect();
        let left_out = names.len().saturating_sub(MAX_RUNNING);
        names.truncate(MAX_RUNNING);
        let mut why = "the run was cut short".to_owned();
        if !names.is_empty() {
            why.push_str(&format!("; running: {}", one_line(&names.join(", "))));
        }
        if left_out > 0 {
            why.push_str(&format!(" and {left_out} more"));
        }
        let mut suite = TestSuite::new("the run");
        suite.set_time(Duration::ZERO);
        suite.add_test_case(Case::error("the end of the run", "cut_short", &why).finish(Attempt::ONLY));
        let attempts = self.attempts.iter().map(|attempts| self.of_attempts(attempts));
        // Without these the document is still a document.
        let mut text: String = attempts.map(Result::unwrap_or_default).collect();
        text.push_str(&self.suite(suite).unwrap_or_default());
        text + TAIL
    }
}
