//! One `testcase` in the making: what happens to a suite or a subtest, bounded, until it ends.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, TestCase};

use super::status::{FailedAttempt, Failures, Status, allowed, kind, named};
use crate::claim::{Figure, Problem};
use crate::place::Place;
use crate::record::{Attempt, Check, SuiteEnd, SuiteInfo, Verdict};
use crate::report::paint::Paint;
use crate::report::pretty_failure as failure;
use crate::report::words::{self, Value, one_line, plain};
use crate::report::yaml::as_text;

/// Bytes of remarks kept of one case.
const MAX_REMARKS: usize = 64 * 1024;
/// Named values kept of one case.
const MAX_FIGURES: usize = 200;

#[derive(Clone)]
pub(super) struct Case {
    pub(super) name: String,
    class: String,
    at: Option<Place>,
    took: Option<Duration>,
    /// Of that, spent in subtests, which are cases of their own.
    in_subtests: Duration,
    checks: u64,
    status: Status,
    remarks: String,
    printed: String,
    figures: Vec<(String, String)>,
    rerun: Option<String>,
    /// Attempts at it that have failed before this one.
    before: Vec<FailedAttempt>,
}

impl Case {
    pub(super) fn new(suite: &SuiteInfo) -> Case {
        Case {
            name: suite.path.clone(),
            class: suite.test_name.replace("::", "."),
            at: Some(suite.at.clone()),
            ..Case::empty()
        }
    }

    fn empty() -> Case {
        Case {
            name: String::new(),
            class: "the run".to_owned(),
            at: None,
            took: None,
            in_subtests: Duration::ZERO,
            checks: 0,
            status: Status::Passed,
            remarks: String::new(),
            printed: String::new(),
            figures: Vec::new(),
            rerun: None,
            before: Vec::new(),
        }
    }

    /// A case of no suite, for what went wrong with a run.
    pub(super) fn error(name: &str, type_name: &'static str, why: &str) -> Case {
        let mut case = Case {
            name: name.to_owned(),
            ..Case::empty()
        };
        case.fail(NonSuccessKind::Error, type_name, why.to_owned(), format!("{why}\n"));
        case
    }

    /// The same for a problem.
    pub(super) fn of_run(paint: &Paint, problem: &Problem) -> Case {
        let told = words::problem(problem);
        let mut case = Case {
            name: told.title.clone(),
            ..Case::empty()
        };
        let text = failure::problem(paint, 0, problem, None);
        case.fail(NonSuccessKind::Error, told.kind, told.title, text);
        case
    }

    pub(super) fn check(&mut self, paint: &Paint, check: &Check) {
        self.checks += 1;
        for (name, figure) in check.detail.iter().flat_map(|detail| &detail.figures) {
            self.figure(&check.label, name, figure);
        }
        let label = one_line(&check.label);
        match &check.verdict {
            Verdict::Passed | Verdict::Flunked(_) => {}
            Verdict::Failed | Verdict::Unflunked(_) | Verdict::Retried => {
                let text = failure::check(paint, 0, check);
                self.fail(NonSuccessKind::Failure, "check", label, text);
            }
            Verdict::Todo(why) => self.aside("todo", &label, why),
            Verdict::UnexpectedPass(why) => self.aside("unexpected pass", &label, why),
            Verdict::Skipped(why) => self.aside("skipped", &label, why),
        }
    }

    pub(super) fn passed(&mut self, count: u64) {
        self.checks += count;
    }

    fn aside(&mut self, what: &str, label: &str, why: &str) {
        let parts = [format!("{what}:"), label.to_owned(), format!("({})", one_line(why))];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|part| !matches!(part.as_str(), "" | "()"))
            .collect();
        self.remark(&parts.join(" "));
    }

    pub(super) fn problem(&mut self, paint: &Paint, problem: &Problem, at: &Place) {
        let told = words::problem(problem);
        let text = failure::problem(paint, 0, problem, Some(at));
        let title = match problem {
            Problem::Panicked(panic) => format!("panicked: {}", one_line(&panic.message)),
            Problem::Returned(error) => {
                let message = error.message.as_ref().unwrap_or(&error.debug);
                format!("returned an error: {}", one_line(message))
            }
            _ => told.title,
        };
        self.fail(kind(problem), told.kind, title, text);
    }

    pub(super) fn remark(&mut self, text: &str) {
        if self.remarks.len() > MAX_REMARKS {
            return;
        }
        self.remarks.push_str(plain(text).trim_end());
        self.remarks.push('\n');
        if self.remarks.len() > MAX_REMARKS {
            self.remarks.push_str("... and more\n");
        }
    }

    /// What was printed; it is bounded already.
    pub(super) fn printed(&mut self, text: &str) {
        self.printed.push_str(text);
    }

    /// A subtest that is a case of its own has ended.
    pub(super) fn has_subtest(&mut self, took: Duration) {
        self.in_subtests += took;
    }

    pub(super) fn ended(&mut self, check: &Check, end: &SuiteEnd) {
        self.took = Some(end.took);
        self.rerun = end.rerun();
        match &check.verdict {
            Verdict::Skipped(why) => self.status = Status::Skipped(one_line(why), "skipped"),
            Verdict::Unflunked(why) => {
                let title = format!("passed, though a failure was promised: {}", one_line(why));
                let text = format!("{title}\n  at {}\n", check.at);
                self.fail(NonSuccessKind::Failure, "unflunked", title, text);
            }
            Verdict::UnexpectedPass(why) => {
                self.remark(&format!("unexpected pass of the whole suite ({})", one_line(why)));
            }
            // Where its own checks were forgiven one by one, none of them has failed it.
            Verdict::Todo(why) => self.todo(why),
            Verdict::Passed | Verdict::Failed | Verdict::Flunked(_) | Verdict::Retried => {}
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.status, Status::Failed(_))
    }

    /// It is not expected to pass, and did not.
    pub(super) fn todo(&mut self, why: &str) {
        if let Status::Failed(failures) = &self.status {
            let text = failures.text().to_owned();
            self.remark(&text);
        }
        let why = one_line(why);
        let colon = if why.is_empty() { "" } else { ": " };
        self.status = Status::Skipped(format!("todo{colon}{why}"), "todo");
    }

    /// It failed, and was promised to.
    pub(super) fn promised(&mut self, why: &str) {
        if let Status::Failed(failures) = &self.status {
            let text = format!("failed as promised ({}):\n{}", one_line(why), failures.text());
            self.remark(&text);
            self.status = Status::Passed;
        }
    }

    /// Takes in a hidden subtest, which is no case of its own.
    pub(super) fn swallow(&mut self, hidden: Case, fails: bool) {
        self.checks += hidden.checks;
        self.remarks.push_str(&hidden.remarks);
        self.figures.extend(hidden.figures);
        self.figures.truncate(MAX_FIGURES);
        if let (Status::Failed(failures), true) = (hidden.status, fails) {
            let (kind, type_name, title, text) = failures.of_hidden(&hidden.name);
            self.fail(kind, type_name, title, text);
        }
    }

    fn figure(&mut self, label: &str, name: &str, figure: &Figure) {
        if self.figures.len() < MAX_FIGURES {
            let value = as_text(&Value::Figure(figure.clone()));
            self.figures
                .push((format!("{}.{}", one_line(label), one_line(name)), one_line(&value)));
        }
    }

    fn fail(&mut self, kind: NonSuccessKind, type_name: &'static str, title: String, text: String) {
        match &mut self.status {
            Status::Failed(failures) => failures.add(kind, &text),
            status => *status = Status::Failed(Failures::new(kind, type_name, title, text)),
        }
    }

    /// What it failed by, for the case of another attempt.
    pub(super) fn failed_attempt(&self, attempt: Attempt) -> Option<FailedAttempt> {
        match &self.status {
            Status::Failed(failures) => Some(FailedAttempt {
                attempt,
                failures: failures.clone(),
            }),
            Status::Passed | Status::Skipped(..) => None,
        }
    }

    /// Takes in an attempt at the same case that failed before this one.
    pub(super) fn failed_before(&mut self, failed: FailedAttempt) {
        self.before.push(failed);
    }

    /// The element, as it is after this attempt and those before.
    pub(super) fn finish(mut self, attempt: Attempt) -> TestCase {
        if matches!(self.status, Status::Skipped(..)) {
            // A skipped case has no place for them.
            for failed in std::mem::take(&mut self.before) {
                self.remark(&failed.in_words());
            }
        }
        let status = self.status.finish(attempt, self.before, self.rerun);
        let mut case = TestCase::new(named(&self.name), status);
        case.set_classname(named(&self.class));
        if self.checks > 0 {
            case.set_assertions(usize::try_from(self.checks).unwrap_or(usize::MAX));
        }
        // Some readers insist on a time.
        case.set_time(self.took.unwrap_or_default().saturating_sub(self.in_subtests));
        if let Some(at) = &self.at {
            case.extra.insert("file".into(), allowed(&at.file).into());
            case.extra.insert("line".into(), at.line.to_string().into());
        }
        let out = self.remarks + &self.printed;
        if !out.is_empty() {
            case.set_system_out(allowed(&out));
        }
        let property = |(name, value): (String, String)| Property::new(allowed(&name), allowed(&value));
        case.add_properties(self.figures.into_iter().map(property));
        case
    }
}
