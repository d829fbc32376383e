//! What became of a case, and how an attempt at it failed that was followed by another.

use quick_junit::{NonSuccessKind, TestCaseStatus, TestRerun};

use crate::claim::Problem;
use crate::record::Attempt;
use crate::report::words::{one_line, plain};

/// Failures shown in full of one case.
const MAX_SHOWN: usize = 25;

#[derive(Clone)]
pub(super) enum Status {
    Passed,
    Failed(Failures),
    /// The message and what kind of skip it is.
    Skipped(String, &'static str),
}

/// What failed a case.
#[derive(Clone)]
pub(super) struct Failures {
    kind: NonSuccessKind,
    type_name: &'static str,
    /// The first one in a line.
    pub(super) title: String,
    text: String,
    count: usize,
}

/// The same of one of several attempts.
#[derive(Clone)]
pub(super) struct FailedAttempt {
    pub(super) attempt: Attempt,
    pub(super) failures: Failures,
}

impl Failures {
    pub(super) fn new(kind: NonSuccessKind, type_name: &'static str, title: String, text: String) -> Failures {
        Failures {
            kind,
            type_name,
            title,
            text,
            count: 1,
        }
    }

    pub(super) fn add(&mut self, kind: NonSuccessKind, text: &str) {
        // A check that failed says more about the code than what came of it.
        if kind == NonSuccessKind::Failure {
            self.kind = kind;
        }
        self.count += 1;
        if self.count <= MAX_SHOWN {
            self.text.push_str(text);
        }
    }

    pub(super) fn is_of(&self, kind: NonSuccessKind) -> bool {
        self.kind == kind
    }

    /// Takes over what failed a hidden subtest.
    pub(super) fn of_hidden(self, name: &str) -> (NonSuccessKind, &'static str, String, String) {
        let title = format!("{}: {}", one_line(name), self.title);
        (self.kind, self.type_name, title, self.text)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn message(&self) -> String {
        let more = match self.count {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        format!("{}{more}", self.title)
    }

    fn whole_text(&self, rerun: Option<&str>) -> String {
        let mut text = self.text.clone();
        let left_out = self.count.saturating_sub(MAX_SHOWN);
        if left_out > 0 {
            text.push_str(&format!("{left_out} more failed\n"));
        }
        if let Some(command) = rerun {
            text.push_str(&format!("run again: {command}\n"));
        }
        text
    }
}

impl FailedAttempt {
    /// Which attempt it was goes into the message: readers may sort them in their own way.
    fn message(&self) -> String {
        match self.attempt.of {
            1 => self.failures.message(),
            _ => format!("{}: {}", self.attempt, self.failures.message()),
        }
    }

    pub(super) fn in_words(&self) -> String {
        format!("{} failed:\n{}", self.attempt, self.failures.whole_text(None))
    }

    fn finish(&self) -> TestRerun {
        let mut rerun = TestRerun::new(self.failures.kind);
        rerun.set_message(allowed(&self.message()));
        rerun.set_type(self.failures.type_name);
        rerun.set_stack_trace(allowed(&self.failures.whole_text(None)));
        rerun
    }
}

impl Status {
    /// The element of a case, with the attempts that failed before it.
    pub(super) fn finish(
        self,
        attempt: Attempt,
        mut before: Vec<FailedAttempt>,
        rerun: Option<String>,
    ) -> TestCaseStatus {
        // The schema of Surefire wants failures before errors.
        let sorted = |failed: &FailedAttempt| failed.failures.is_of(NonSuccessKind::Error);
        match self {
            Status::Passed => {
                before.sort_by_key(sorted);
                let mut status = TestCaseStatus::success();
                status.add_reruns(before.iter().map(FailedAttempt::finish));
                status
            }
            Status::Skipped(why, type_name) => {
                let mut status = TestCaseStatus::skipped();
                if !why.is_empty() {
                    status.set_message(allowed(&why));
                }
                status.set_type(type_name);
                status
            }
            Status::Failed(failures) => {
                before.push(FailedAttempt { attempt, failures });
                before.sort_by_key(sorted);
                // The first is the failure of the case, the others are its reruns.
                let first = before.remove(0);
                let mut status = TestCaseStatus::non_success(first.failures.kind);
                status.set_type(first.failures.type_name);
                status.set_message(allowed(&first.message()));
                status.set_description(allowed(&first.failures.whole_text(rerun.as_deref())));
                status.add_reruns(before.iter().map(FailedAttempt::finish));
                status
            }
        }
    }
}

/// A panic and an `Err` are how Rust code says that a test fails; the rest is trouble around the test.
pub(super) fn kind(problem: &Problem) -> NonSuccessKind {
    match problem {
        Problem::Panicked(_)
        | Problem::Returned(_)
        | Problem::JobPanicked { .. }
        | Problem::StrayPanic { .. }
        | Problem::PlanMismatch { .. }
        | Problem::TooSlow { .. }
        | Problem::DidNotPanic(_) => NonSuccessKind::Failure,
        Problem::TimedOut { .. }
        | Problem::JobsTimedOut { .. }
        | Problem::Stuck { .. }
        | Problem::CleanUp { .. }
        | Problem::Misuse(..)
        | Problem::LateCheck { .. }
        | Problem::NoSubtest { .. }
        | Problem::Stopped(_)
        | Problem::Extension { .. } => NonSuccessKind::Error,
    }
}

/// The text without characters that no XML document may hold. What the library would drop in silence is shown as an
/// escape, and a tab, which it would drop as well, as four spaces.
pub(super) fn allowed(text: &str) -> String {
    let text = plain(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    text.replace('\t', "    ")
}

/// A name: one line, and never empty, which many readers drop.
pub(super) fn named(name: &str) -> String {
    match allowed(&one_line(name)) {
        name if name.trim().is_empty() => "(no name)".to_owned(),
        name => name,
    }
}
