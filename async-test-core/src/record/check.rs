//! A check, what was made of it, and the counters of a suite.

use std::borrow::Cow;
use std::sync::Arc;

use crate::claim::Detail;
use crate::place::Place;
use crate::record::{Attempt, SuiteEnd, SuiteInfo};

/// A judged check.
#[derive(Clone, Debug)]
pub struct Check {
    /// The suite that counts it.
    pub suite: Arc<SuiteInfo>,
    /// Its number in that suite, from 1.
    pub number: u64,
    /// What became of it.
    pub verdict: Verdict,
    /// The message or the checked source text.
    pub label: Cow<'static, str>,
    /// Where it was written.
    pub at: Place,
    /// What there is to say about it.
    pub detail: Option<Arc<Detail>>,
    /// For the end of a subtest: how it ended.
    pub child: Option<Arc<SuiteEnd>>,
}

impl Check {
    /// The attempt at which a `#[suite]` passed whose earlier ones had failed.
    pub fn flaky(&self) -> Option<Attempt> {
        let child = self.child.as_ref()?;
        let attempt = child.suite.attempt;
        if child.suite.nesting != 1 || !attempt.is_again() {
            return None;
        }
        let passed = self.verdict.is_ok() && !matches!(self.verdict, Verdict::Skipped(_));
        passed.then_some(attempt)
    }
}

/// What became of a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// As it should be.
    Passed,
    /// It fails its suite.
    Failed,
    /// It failed where a failure was promised (`test_flunks!`); the reason of the promise.
    Flunked(Cow<'static, str>),
    /// It passed where a failure was promised, which fails its suite.
    Unflunked(Cow<'static, str>),
    /// It failed and is forgiven.
    Todo(Cow<'static, str>),
    /// It passed though it was not expected to; nothing fails.
    UnexpectedPass(Cow<'static, str>),
    /// It was not looked at.
    Skipped(Cow<'static, str>),
    /// Only of a `#[suite]`: it failed, and another attempt follows, which decides.
    Retried,
}

impl Verdict {
    /// Whether the suite fails by it.
    pub fn fails(&self) -> bool {
        matches!(self, Verdict::Failed | Verdict::Unflunked(_))
    }

    /// Whether TAP says `ok`: forgiven failures are still `not ok`.
    pub fn is_ok(&self) -> bool {
        !matches!(
            self,
            Verdict::Failed | Verdict::Unflunked(_) | Verdict::Todo(_) | Verdict::Retried
        )
    }
}

/// The counters of a suite.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Test points: checks and subtests, skipped ones included.
    pub run: u64,
    /// Of them, those that fail the suite.
    pub failed: u64,
    /// Of them, skipped.
    pub skipped: u64,
    /// Of them, failed and forgiven; attempts that were followed by another are among them.
    pub todo: u64,
    /// Of them, passed though they were not expected to.
    pub unexpected: u64,
}

impl Tally {
    /// Those that passed, the unexpected ones included.
    pub fn passed(&self) -> u64 {
        self.run - self.failed - self.skipped - self.todo
    }
}
