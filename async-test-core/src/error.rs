//! Every misuse of the library is a value of one type that names the suite, the operation and the way out.

use std::borrow::Cow;
use std::fmt;

use crate::ids::JobId;
use crate::stage::Stage;

/// How many tests may be skipped at once. Each has its line in the reports.
pub const MOST_SKIPS: u64 = 1_000_000;

/// A misuse of a suite: which suite, which operation, what was wrong and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// The path of the suite, empty for the root and where there is no suite at all.
    pub suite: String,
    /// The operation as the user wrote it, for instance `plan!`.
    pub operation: Cow<'static, str>,
    /// What was wrong.
    pub kind: ErrorKind,
}

/// What was wrong with an operation.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No suite is running in this task or thread.
    NoSuite,
    /// A plan came after the first test.
    PlanTooLate,
    /// A plan that nothing can fulfil.
    ImpossiblePlan(String),
    /// `skip_rest!` does not know how many tests the rest is.
    NoPlan,
    /// Something was asked of a suite that has ended.
    SuiteEnded,
    /// The life cycle has no such step.
    StageTransition {
        /// The stage the suite is in.
        from: Stage,
        /// The stage that was asked for.
        to: Stage,
    },
    /// A job of that number is not known (any more).
    NoSuchJob(JobId),
    /// A job was asked to do what its state does not allow.
    JobState {
        /// The job.
        job: JobId,
        /// What it is doing.
        state: Cow<'static, str>,
    },
    /// Jobs were awaited while some were still postponed.
    PostponedJobs(usize),
    /// An event was posted outside of the event loop.
    OutsideEventLoop,
    /// Nobody handles a command of that name.
    UnknownCommand(String),
    /// The queue is full (only `try_send` says so).
    QueueFull,
    /// An operation of the verifier came in the wrong state.
    Verifier {
        /// The state it is in.
        state: Cow<'static, str>,
    },
    /// Anything else, in words.
    Other(String),
}

impl Error {
    /// An error of an operation on a suite.
    pub fn new(suite: impl Into<String>, operation: impl Into<Cow<'static, str>>, kind: ErrorKind) -> Error {
        Error {
            suite: suite.into(),
            operation: operation.into(),
            kind,
        }
    }

    /// So many skips at once as no test has use for: a number that is a mistake, for instance one below zero that went around.
    pub fn too_many_skips(suite: &str, operation: &'static str, count: u64) -> Option<Error> {
        (count > MOST_SKIPS).then(|| {
            let what = format!("{count} skips at once, of which nothing is skipped, are more than {MOST_SKIPS}");
            Error::new(suite, operation, ErrorKind::Other(what))
        })
    }

    /// What the reader can do about it.
    pub fn advice(&self) -> &'static str {
        match &self.kind {
            ErrorKind::NoSuite => {
                "call it from the body of a `#[suite]` or `subtest!`, or from what they start with `t.spawn(..)`; \
                 in a task of your own, use the methods of the `Suite` handle"
            }
            ErrorKind::PlanTooLate => "put the plan before the first check, or into `#[suite(plan = N)]`",
            ErrorKind::ImpossiblePlan(_) => "correct the number, or leave the plan out",
            ErrorKind::NoPlan => "give the suite a plan, or name a count: `skip!(\"why\", count)`",
            ErrorKind::SuiteEnded => {
                "keep the work inside the suite: start it with `t.spawn(..)`, which the suite awaits before it ends"
            }
            ErrorKind::StageTransition { .. } => "see `Stage` for the steps that there are",
            ErrorKind::NoSuchJob(_) => "use the number that `new_job` returned, before `release_job`",
            ErrorKind::JobState { .. } => "a job is started or postponed once",
            ErrorKind::PostponedJobs(_) => "start the postponed jobs first, or let the suite do it: `await_jobs`",
            ErrorKind::OutsideEventLoop => "use `send`; `post_event` is for hooks of a bundle",
            ErrorKind::UnknownCommand(_) => "register a bundle whose `on_command` handles it",
            ErrorKind::QueueFull => "use `send`, which waits for a place",
            ErrorKind::Verifier { .. } => "see `VerifierState` for the steps that there are",
            ErrorKind::Other(_) => "",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.operation)?;
        if !self.suite.is_empty() {
            write!(f, " in suite `{}`", self.suite)?;
        }
        write!(f, ": {}", self.kind)?;
        match self.advice() {
            "" => Ok(()),
            advice => write!(f, "; {advice}"),
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::NoSuite => f.write_str("no suite is running here"),
            ErrorKind::PlanTooLate => f.write_str("the plan comes too late, tests have been run already"),
            ErrorKind::ImpossiblePlan(why) => write!(f, "the plan cannot be fulfilled: {why}"),
            ErrorKind::NoPlan => f.write_str("how many tests are left is unknown without a plan"),
            ErrorKind::SuiteEnded => f.write_str("the suite has ended"),
            ErrorKind::StageTransition { from, to } => {
                write!(f, "a suite that is {from} cannot become {to}")
            }
            ErrorKind::NoSuchJob(job) => write!(f, "there is no job {job}"),
            ErrorKind::JobState { job, state } => write!(f, "job {job} is {state}"),
            ErrorKind::PostponedJobs(count) => write!(f, "{count} postponed jobs have not been started"),
            ErrorKind::OutsideEventLoop => f.write_str("this works only while an event is handled"),
            ErrorKind::UnknownCommand(name) => write!(f, "nobody handles the command `{name}`"),
            ErrorKind::QueueFull => f.write_str("the event queue is full"),
            ErrorKind::Verifier { state } => write!(f, "the verifier is {state}"),
            ErrorKind::Other(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_suite_operation_and_way_out() {
        let error = Error::new("storage/writes", "plan!", ErrorKind::PlanTooLate);
        assert_eq!(
            error.to_string(),
            "`plan!` in suite `storage/writes`: the plan comes too late, tests have been run already; \
             put the plan before the first check, or into `#[suite(plan = N)]`"
        );
    }
}
