//! What comes out: judged and numbered. The one vocabulary of reporters; producers never make one.

mod check;
mod log;
mod rerun;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::claim::Problem;
use crate::ids::SuiteId;
use crate::options::Shard;
use crate::place::Place;
use crate::stage::Stage;

pub use check::{Check, Tally, Verdict};
pub use log::{Log, LogLine};
pub use rerun::{Rerun, Runner};

/// Who a suite is. It never changes while the suite lives.
#[derive(Debug)]
pub struct SuiteInfo {
    /// Its number.
    pub id: SuiteId,
    /// The suite it was created in; the root has none.
    pub parent: Option<SuiteId>,
    /// The `#[suite]` it belongs to, itself for a `#[suite]`; the root for the root.
    pub top: SuiteId,
    /// What it is called in reports.
    pub name: String,
    /// The name of the `#[suite]` it belongs to, as `--exact` and `--list` know it: the modules without the crate, then the
    /// function. Unlike `name` it does not follow the key `name`. Empty for the root.
    pub test_name: Arc<str>,
    /// The names from the `#[suite]` down, joined with `/`; empty for the root. In names below the `#[suite]` a slash, a
    /// backslash, a control character and a blank at an end are escaped as filters take them, so that no two subtests
    /// share a path by accident and every path is a filter.
    pub path: String,
    /// How many suites are above it: the root has 0, a `#[suite]` 1.
    pub nesting: u32,
    /// Where it was written.
    pub at: Place,
    /// It, or a suite above it, runs beside its siblings.
    pub is_async: bool,
    /// It is marked `#[should_panic]`.
    pub should_panic: bool,
    /// It reports the place of its caller and has no lines of its own.
    pub hidden: bool,
    /// Words to select it by: those of the suites above it, then its own.
    pub tags: Vec<Cow<'static, str>>,
    /// Which attempt of the `#[suite]` it belongs to this is.
    pub attempt: Attempt,
    /// How to run the `#[suite]` it belongs to again; see [`SuiteEnd::rerun`].
    pub rerun: Option<Arc<Rerun>>,
}

impl SuiteInfo {
    /// The root, above every `#[suite]`.
    #[doc(hidden)]
    pub fn root() -> SuiteInfo {
        SuiteInfo {
            id: SuiteId::ROOT,
            parent: None,
            top: SuiteId::ROOT,
            name: String::new(),
            test_name: "".into(),
            path: String::new(),
            nesting: 0,
            at: Place::new("", 0, 0),
            is_async: false,
            should_panic: false,
            hidden: false,
            tags: Vec::new(),
            attempt: Attempt::ONLY,
            rerun: None,
        }
    }
}

/// Which of its attempts a `#[suite]` with `retries` is in. All of them have the same `test_name`, and none begins before
/// the one before it has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// How many there may be: one more than `retries`.
    pub of: u32,
}

impl Attempt {
    /// The only one.
    pub const ONLY: Attempt = Attempt { number: 1, of: 1 };

    /// Whether a failure is followed by another attempt.
    pub fn is_followed(self) -> bool {
        self.number < self.of
    }

    /// Whether earlier ones have failed.
    pub fn is_again(self) -> bool {
        self.number > 1
    }
}

/// `attempt 2 of 3`
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attempt {} of {}", self.number, self.of)
    }
}

/// One thing for a reporter to tell.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Record {
    /// The run begins. Not sent where the built-in harness is in charge.
    RunStarted(Arc<RunStart>),
    /// A suite's body begins.
    SuiteStarted(Arc<SuiteInfo>),
    /// A suite has said how many tests it will run.
    Plan(Arc<SuiteInfo>, u64),
    /// A check, or the end of a subtest as its parent counts it.
    Check(Arc<Check>),
    /// Some checks in a row have passed, of which nothing more is told: see `Reporter::counts_passed`.
    Passed {
        /// The suite that counts them.
        suite: Arc<SuiteInfo>,
        /// The number of the first of them in that suite.
        first: u64,
        /// How many they are, at least one.
        count: u64,
    },
    /// A comment of the user, one or more lines.
    Diag(Arc<SuiteInfo>, Cow<'static, str>),
    /// Something that fails a suite beside its checks; also part of its end.
    Problem(Arc<SuiteInfo>, Arc<Problem>),
    /// A warning about how a suite was used; it fails nothing.
    Warning(Arc<SuiteInfo>, Cow<'static, str>),
    /// A suite stepped from one stage to another.
    Stage(Arc<SuiteInfo>, Stage, Stage),
    /// A measurement.
    Telemetry(Arc<SuiteInfo>, Telemetry),
    /// A suite has ended; its `Check` in the parent follows at once.
    SuiteEnded(Arc<SuiteEnd>),
    /// Something was printed: by a test, or by a thread or a child process that it started. Only under `main!`.
    Output(Arc<Output>),
    /// The run is being ended.
    BailOut(Arc<SuiteInfo>, Cow<'static, str>),
    /// The run has ended. Nothing follows.
    RunEnded(Arc<RunEnd>),
}

impl Record {
    /// The `#[suite]` it belongs to; none for what concerns the whole process.
    #[doc(hidden)]
    pub fn top(&self) -> Option<SuiteId> {
        let suite = match self {
            Record::RunStarted(_) | Record::RunEnded(_) | Record::Output(_) => return None,
            Record::Check(check) => match &check.child {
                Some(child) => return Some(child.suite.top),
                None => &check.suite,
            },
            Record::SuiteEnded(end) => &end.suite,
            Record::SuiteStarted(suite)
            | Record::Plan(suite, _)
            | Record::Diag(suite, _)
            | Record::Problem(suite, _)
            | Record::Warning(suite, _)
            | Record::Stage(suite, _, _)
            | Record::Telemetry(suite, _)
            | Record::Passed { suite, .. }
            | Record::BailOut(suite, _) => suite,
        };
        (suite.top != SuiteId::ROOT).then_some(suite.top)
    }
}

/// A measurement on its way to the reporters.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Telemetry {
    /// A verifier has finished so many rounds.
    Rounds {
        /// The verifier.
        verifier: Cow<'static, str>,
        /// Rounds so far.
        rounds: u64,
        /// Of them, failed.
        failed: u64,
        /// Of them, undecided.
        unknown: u64,
    },
    /// Something with a duration.
    Span {
        /// What was measured.
        name: Cow<'static, str>,
        /// How long it took.
        took: Duration,
    },
}

/// What was printed to the standard output or the error stream, by whatever means.
///
/// Who printed it the system does not tell. When one `#[suite]` alone was running it belongs to that; else these are the
/// ones that may have printed it.
#[derive(Clone, Debug)]
pub struct Output {
    /// The `#[suite]`s that were running when it was printed, those that began first, [`Output::NAMED`] at most.
    pub candidates: Vec<Arc<SuiteInfo>>,
    /// How many more were running.
    pub others: u64,
    /// The text, in whole lines where they ended in time. A byte that is no UTF-8 is shown as `\xff`.
    pub text: String,
    /// Bytes that are lost before the text, because more was printed than the reports could take in.
    pub lost: u64,
}

impl Output {
    /// How many candidates are named.
    pub const NAMED: usize = 32;

    /// The `#[suite]` that it belongs to, if that is certain.
    pub fn suite(&self) -> Option<&Arc<SuiteInfo>> {
        match (self.candidates.as_slice(), self.others) {
            ([suite], 0) => Some(suite),
            _ => None,
        }
    }
}

/// What is known when a run begins.
#[derive(Clone, Debug)]
pub struct RunStart {
    /// How many suites will be run or are ignored.
    pub suites: usize,
    /// How many a filter left out, or run in another shard.
    pub filtered_out: usize,
    /// Which part of a split run this is.
    pub shard: Option<Shard>,
    /// Decides every random choice of the run.
    pub seed: u64,
    /// The order of the suites comes from the seed.
    pub random: bool,
}

/// How a suite ended.
#[derive(Clone, Debug)]
pub struct SuiteEnd {
    /// Who it was.
    pub suite: Arc<SuiteInfo>,
    /// How many tests were planned.
    pub planned: Option<u64>,
    /// Its counters.
    pub tally: Tally,
    /// What failed it beside its checks.
    pub problems: Vec<Arc<Problem>>,
    /// Why it was skipped as a whole.
    pub skipped: Option<Cow<'static, str>>,
    /// Whether it failed before its parent judged it.
    pub failed: bool,
    /// How long it took.
    pub took: Duration,
    /// How long it waited for a place under a limit before it began.
    pub waited: Duration,
    /// An order or a value in it came from the seed of the run.
    pub seeded: bool,
    /// What was logged in it, if it failed or that is to be shown in any case.
    pub log: Option<Arc<Log>>,
}

impl SuiteEnd {
    /// How it failed to panic, if it is marked `#[should_panic]` and that is what failed it.
    pub(crate) fn did_not_panic(&self) -> Option<&str> {
        self.problems.iter().find_map(|problem| match &**problem {
            Problem::DidNotPanic(how) => Some(how.as_str()),
            _ => None,
        })
    }

    /// Whether it ran another number of tests than it had planned.
    pub(crate) fn breaks_its_plan(&self) -> bool {
        let is_mismatch = |problem: &Arc<Problem>| matches!(**problem, Problem::PlanMismatch { .. });
        self.problems.iter().any(is_mismatch)
    }

    /// Whether nothing failed it but the time it took.
    pub(crate) fn was_only_slow(&self) -> bool {
        let is_slow = |problem: &Arc<Problem>| matches!(**problem, Problem::TooSlow { .. });
        self.tally.failed == 0 && !self.problems.is_empty() && self.problems.iter().all(is_slow)
    }

    /// The one command that runs just this again, with the seed where that mattered.
    pub fn rerun(&self) -> Option<String> {
        let rerun = self.suite.rerun.as_ref().filter(|_| !self.suite.hidden)?;
        Some(rerun.command(&self.suite.path, self.seeded))
    }
}

/// The state of a suite at one point of the queue.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Snapshot {
    /// How many tests are planned.
    pub planned: Option<u64>,
    /// Its counters.
    pub tally: Tally,
    /// Whether the suite itself is TODO.
    pub is_todo: bool,
    /// The message of the TODO in effect.
    pub todo_message: Option<Cow<'static, str>>,
    /// How many outcomes the TODO in effect is still for; `None` is for all that follow.
    pub todo_count: Option<u64>,
    /// Whether the suite has failed so far, its problems included.
    pub failed: bool,
    /// With the reply to the end of a suite: what its parent made of it.
    pub verdict: Option<Verdict>,
}

/// What is known when a run ends.
#[derive(Clone, Debug)]
pub struct RunEnd {
    /// Suites that passed, TODO ones included.
    pub passed: u64,
    /// Suites that failed.
    pub failed: u64,
    /// Suites that were ignored or skipped.
    pub ignored: u64,
    /// Suites that a filter left out.
    pub filtered_out: u64,
    /// The names of the failed ones.
    pub failures: Vec<FailedSuite>,
    /// Those that passed after a failed attempt, each as it passed.
    pub flaky: Vec<Arc<SuiteInfo>>,
    /// Why the run was ended early.
    pub bailed_out: Option<Cow<'static, str>>,
    /// What failed the run beside its suites.
    pub problems: Vec<Arc<Problem>>,
    /// The counters of all suites together; subtests are counted by what is in them, and an attempt that was followed by
    /// another is not counted.
    pub checks: Tally,
    /// The most messages that were in the queue to the hub at once, or waited for a place in it.
    pub queue_most: u64,
    /// The most suites that ran at once; none under the built-in harness, which sees to that itself.
    pub at_once: u64,
    /// How long it took.
    pub took: Duration,
    /// The seed of the run; that of its first pass.
    pub seed: u64,
    /// How often everything was run, where that was asked for.
    pub passes: Option<Passes>,
}

/// The passes of a run that was repeated as a whole. Pass number n has the seed of the run plus n - 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passes {
    /// How many were begun.
    pub run: u64,
    /// Of them, those in which something failed.
    pub failed: u64,
}

/// A suite of the list of failures.
#[derive(Clone, Debug)]
pub struct FailedSuite {
    /// Who it was.
    pub suite: Arc<SuiteInfo>,
}

impl RunEnd {
    /// Whether nothing failed.
    pub fn is_ok(&self) -> bool {
        self.failed == 0 && self.bailed_out.is_none() && self.problems.is_empty()
    }
}
