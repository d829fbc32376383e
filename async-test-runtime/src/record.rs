//! What comes out: judged and numbered. The one vocabulary of reporters; producers never make one.

mod log;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::claim::{Detail, Problem};
use crate::escape::controls;
use crate::ids::SuiteId;
use crate::options::Shard;
use crate::place::Place;
use crate::stage::Stage;

pub use log::{Log, LogLine};

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
    pub(crate) fn root() -> SuiteInfo {
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

/// The parts of the command that runs a suite again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rerun {
    /// Up to the flags of cargo, for instance `cargo test -p kv --test store`.
    pub command: String,
    /// What the test is called on the command line.
    pub test: String,
    /// What the `#[suite]` is called in paths.
    pub title: String,
    /// Flags behind the name, for instance `--include-ignored`, or nothing.
    pub flags: Cow<'static, str>,
    /// The command line can name a subtest and a seed; else the environment does.
    pub own_command_line: bool,
    /// Whose command it is.
    pub runner: Runner,
    /// The seed of the run; where everything is run several times, that of the pass.
    pub seed: u64,
}

/// Who starts test programs, each with a way of its own to name one test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Runner {
    /// `cargo test`, or `cargo run` for an example.
    Cargo,
    /// `cargo nextest run`.
    Nextest,
    /// `bazel test`.
    Bazel,
}

impl Rerun {
    /// The command for a suite of this path.
    fn command(&self, path: &str, seeded: bool) -> String {
        let below = path.strip_prefix(&self.title).filter(|below| below.starts_with('/'));
        let path = format!("{}{}", self.test, below.unwrap_or_default());
        let seed = seeded.then_some(self.seed);
        // What the command line cannot say goes into variables.
        let (test, seed_flag) = match self.own_command_line {
            true => (&path, seed),
            false => (&self.test, None),
        };
        let mut variables = Vec::new();
        if !self.own_command_line {
            variables.extend(below.map(|_| format!("ASYNC_TEST_FILTER={}", quoted(&path))));
            variables.extend(seed.map(|seed| format!("ASYNC_TEST_SEED={seed}")));
        }
        let mut words = Vec::new();
        if self.runner != Runner::Bazel {
            words.append(&mut variables);
        }
        words.push(self.command.clone());
        match self.runner {
            Runner::Cargo => words.push(format!("-- {} --exact", quoted(test))),
            Runner::Nextest => words.push(format!("-E 'test(={test})'")),
            Runner::Bazel => words.push(format!("--test_arg=--exact --test_arg={}", quoted(test))),
        }
        words.extend((!self.flags.is_empty()).then(|| self.flags.clone().into_owned()));
        words.extend(seed_flag.map(|seed| match self.runner {
            Runner::Bazel => format!("--test_arg=--seed={seed}"),
            Runner::Cargo | Runner::Nextest => format!("--seed {seed}"),
        }));
        // The environment of bazel is not that of the test.
        words.extend(variables.into_iter().map(|variable| format!("--test_env={variable}")));
        // Nobody can type these, and what is shown must not be a terminal's command.
        controls(&words.join(" ")).into_owned()
    }
}

/// A word of a shell's command line.
fn quoted(word: &str) -> String {
    match word.chars().all(|c| c.is_alphanumeric() || "_:/.-=".contains(c)) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
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
        let child = self.child.as_ref().filter(|child| child.suite.nesting == 1)?;
        let passed = self.verdict.is_ok() && !matches!(self.verdict, Verdict::Skipped(_));
        Some(child.suite.attempt).filter(|attempt| passed && attempt.is_again())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_for_each_who_may_have_started_the_run() {
        let ours = Rerun {
            command: "cargo test -p kv --test store".to_owned(),
            test: "disk::storage".to_owned(),
            title: "the storage".to_owned(),
            flags: "--include-ignored".into(),
            own_command_line: true,
            runner: Runner::Cargo,
            seed: 7,
        };
        let harness = Rerun {
            own_command_line: false,
            ..ours.clone()
        };
        let nextest = Rerun {
            command: "cargo nextest run -p kv --test store".to_owned(),
            flags: "--run-ignored all".into(),
            runner: Runner::Nextest,
            ..harness.clone()
        };
        let bazel = Rerun {
            command: "bazel test //kv:store".to_owned(),
            flags: "--test_arg=--include-ignored".into(),
            runner: Runner::Bazel,
            ..ours.clone()
        };
        let bazel_harness = Rerun {
            own_command_line: false,
            flags: "".into(),
            ..bazel.clone()
        };
        let (suite, subtest) = ("the storage", "the storage/two words");
        for (rerun, path, seeded, expected) in [
            (
                &ours,
                suite,
                false,
                "cargo test -p kv --test store -- disk::storage --exact --include-ignored",
            ),
            (
                &ours,
                subtest,
                true,
                "cargo test -p kv --test store -- 'disk::storage/two words' --exact --include-ignored --seed 7",
            ),
            (
                &harness,
                subtest,
                true,
                "ASYNC_TEST_FILTER='disk::storage/two words' ASYNC_TEST_SEED=7 cargo test -p kv --test store -- \
                 disk::storage --exact --include-ignored",
            ),
            (
                &nextest,
                suite,
                false,
                "cargo nextest run -p kv --test store -E 'test(=disk::storage)' --run-ignored all",
            ),
            (
                &nextest,
                subtest,
                true,
                "ASYNC_TEST_FILTER='disk::storage/two words' ASYNC_TEST_SEED=7 cargo nextest run -p kv --test store -E \
                 'test(=disk::storage)' --run-ignored all",
            ),
            (
                &bazel,
                subtest,
                true,
                "bazel test //kv:store --test_arg=--exact --test_arg='disk::storage/two words' \
                 --test_arg=--include-ignored --test_arg=--seed=7",
            ),
            (
                &bazel_harness,
                suite,
                false,
                "bazel test //kv:store --test_arg=--exact --test_arg=disk::storage",
            ),
            (
                &bazel_harness,
                subtest,
                true,
                "bazel test //kv:store --test_arg=--exact --test_arg=disk::storage \
                 --test_env=ASYNC_TEST_FILTER='disk::storage/two words' --test_env=ASYNC_TEST_SEED=7",
            ),
        ] {
            assert_eq!(rerun.command(path, seeded), expected);
        }
    }
}
