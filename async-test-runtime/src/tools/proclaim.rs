//! Sending a check by hand: for tools that are built on the handle of a suite.

use std::borrow::Cow;
use std::fmt;

use crate::claim::{Claim, Detail, Raw};
use crate::context;
use crate::place::Place;
use crate::suite::Suite;

type Explain<'a> = Box<dyn FnOnce() -> Detail + 'a>;

/// Whether something held, and what there would be to say about it in either case. The explanations are made only when
/// they are needed: that of a failure for a failure, that of a success for a success.
pub struct TestResult<'a> {
    held: bool,
    on_failure: Option<Explain<'a>>,
    on_success: Option<Explain<'a>>,
}

impl fmt::Debug for TestResult<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestResult")
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

impl From<bool> for TestResult<'_> {
    fn from(held: bool) -> Self {
        TestResult::new(held)
    }
}

impl<'a> TestResult<'a> {
    /// A result with nothing to say.
    pub fn new(held: bool) -> TestResult<'a> {
        TestResult {
            held,
            on_failure: None,
            on_success: None,
        }
    }

    /// What to say if it did not hold.
    #[must_use]
    pub fn on_failure(mut self, explain: impl FnOnce() -> Detail + 'a) -> TestResult<'a> {
        self.on_failure = Some(Box::new(explain));
        self
    }

    /// What to say if it held.
    #[must_use]
    pub fn on_success(mut self, explain: impl FnOnce() -> Detail + 'a) -> TestResult<'a> {
        self.on_success = Some(Box::new(explain));
        self
    }
}

impl Suite {
    /// Sends a check and returns whether it held, before anything forgives or inverts it.
    #[track_caller]
    pub fn proclaim<'a>(&self, result: impl Into<TestResult<'a>>, message: impl Into<Cow<'static, str>>) -> bool {
        let result = result.into();
        let explain = if result.held {
            result.on_success
        } else {
            result.on_failure
        };
        let mut claim = Claim::new(Raw::of(result.held), message, Place::caller());
        claim.detail = explain.map(|explain| Box::new(explain()));
        context::claim_of(self, claim)
    }

    /// Adds lines to the report that are no test, in the normal form: see [`Suite::normalize_message`].
    pub fn send_message(&self, message: &str) {
        for line in Suite::normalize_message(message) {
            self.diag(line.trim_end_matches('\n').to_owned());
        }
    }

    /// Splits a text into lines that each end with one newline, as a line-based report needs them.
    pub fn normalize_message(message: &str) -> Vec<String> {
        message.lines().map(|line| format!("{line}\n")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_one_newline_each() {
        assert_eq!(Suite::normalize_message("a\nb\r\n\nc"), ["a\n", "b\n", "\n", "c\n"]);
        assert!(Suite::normalize_message("").is_empty());
    }
}
