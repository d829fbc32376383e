//! The counters of a run.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::ids::BySuite;
use crate::record::{FailedSuite, RunEnd, SuiteEnd, SuiteInfo, Tally, Verdict};

/// What the suites of a run came to.
#[derive(Default, Debug)]
pub(crate) struct Totals {
    passed: u64,
    ignored: u64,
    failures: Vec<FailedSuite>,
    flaky: Vec<Arc<SuiteInfo>>,
    /// One of the failed suites ran another number of tests than it had planned.
    has_broken_plan: bool,
    /// Attempts that failed, by the name of the test, until the next one has ended.
    retried: HashMap<Arc<str>, Arc<SuiteInfo>>,
    points: Points,
    /// The same of each `#[suite]` that has not ended: until then it may turn out to be an attempt that does not count.
    open: BySuite<Points>,
}

#[derive(Clone, Copy, Default, Debug)]
struct Points {
    all: Tally,
    /// Of them, those of subtests, which are counted by what is in them.
    subtests: Tally,
}

impl Totals {
    /// Counts the end of a suite as its parent has judged it.
    pub(crate) fn ended(&mut self, end: &SuiteEnd, verdict: &Verdict) {
        if end.suite.nesting > 1 {
            let points = self.open.get_or_insert_with(end.suite.top, Points::default);
            points.all.add(&end.tally);
            points.subtests.count(verdict);
            return;
        }
        let mut points = self.open.remove(end.suite.top).unwrap_or_default();
        points.all.add(&end.tally);
        if !self.retried.is_empty() {
            self.retried.remove(&end.suite.test_name);
        }
        if *verdict == Verdict::Retried {
            self.retried.insert(end.suite.test_name.clone(), end.suite.clone());
            return;
        }
        self.points.add(&points);
        match verdict {
            Verdict::Skipped(_) => self.ignored += 1,
            verdict if verdict.fails() => {
                self.has_broken_plan |= end.breaks_its_plan();
                self.failures.push(FailedSuite {
                    suite: end.suite.clone(),
                });
            }
            _ => {
                self.passed += 1;
                if end.suite.attempt.is_again() {
                    self.flaky.push(end.suite.clone());
                }
            }
        }
    }

    /// The same for a `#[suite]` without subtests that has passed, at its first attempt.
    pub(crate) fn passed(&mut self, suite: &SuiteInfo, run: u64) {
        if !self.retried.is_empty() {
            self.retried.remove(&suite.test_name);
        }
        self.points.all.run += run;
        self.passed += 1;
    }

    /// Whether one of the `#[suite]`s failed by its own plan.
    pub(crate) fn has_broken_plan(&self) -> bool {
        self.has_broken_plan
    }

    /// What there is to say of them at the end of the run; the other fields are empty.
    pub(crate) fn end(&self) -> RunEnd {
        let mut points = self.points;
        self.open.values().for_each(|open| points.add(open));
        // The run ended before the next attempt did, so the last word is a failure.
        let mut cut_off: Vec<_> = self.retried.values().cloned().collect();
        cut_off.sort_by_key(|suite| suite.id);
        let mut failures = self.failures.clone();
        failures.extend(cut_off.into_iter().map(|suite| FailedSuite { suite }));
        RunEnd {
            passed: self.passed,
            failed: failures.len() as u64,
            ignored: self.ignored,
            filtered_out: 0,
            failures,
            flaky: self.flaky.clone(),
            bailed_out: None,
            problems: Vec::new(),
            checks: points.all.without(&points.subtests),
            queue_most: 0,
            at_once: 0,
            took: Duration::ZERO,
            seed: 0,
            passes: None,
        }
    }
}

impl Points {
    fn add(&mut self, other: &Points) {
        self.all.add(&other.all);
        self.subtests.add(&other.subtests);
    }
}

impl Tally {
    pub(crate) fn count(&mut self, verdict: &Verdict) {
        self.run += 1;
        match verdict {
            Verdict::Passed | Verdict::Flunked(_) => {}
            Verdict::Failed | Verdict::Unflunked(_) => self.failed += 1,
            Verdict::Todo(_) | Verdict::Retried => self.todo += 1,
            Verdict::UnexpectedPass(_) => self.unexpected += 1,
            Verdict::Skipped(_) => self.skipped += 1,
        }
    }

    fn add(&mut self, other: &Tally) {
        self.run += other.run;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.todo += other.todo;
        self.unexpected += other.unexpected;
    }

    /// What is left without a part of it. Saturating: while suites are open, a part may be known before the whole.
    fn without(&self, part: &Tally) -> Tally {
        Tally {
            run: self.run.saturating_sub(part.run),
            failed: self.failed.saturating_sub(part.failed),
            skipped: self.skipped.saturating_sub(part.skipped),
            todo: self.todo.saturating_sub(part.todo),
            unexpected: self.unexpected.saturating_sub(part.unexpected),
        }
    }
}
