//! What failed attempts had to say, kept until the attempt that decides has ended.

use std::sync::Arc;

use crate::record::{Check, SuiteInfo};

/// Failed attempts of one suite that are kept.
const MAX_KEPT: usize = 20;

/// What is kept of each, by the name of the test: attempts of one test follow each other, and no two tests have one name.
pub(super) struct Attempts<T> {
    kept: Vec<(Arc<str>, Vec<T>)>,
}

impl<T> Default for Attempts<T> {
    fn default() -> Attempts<T> {
        Attempts { kept: Vec::new() }
    }
}

impl<T> Attempts<T> {
    /// Keeps what a failed attempt had to say that is followed by another.
    pub(super) fn keep(&mut self, suite: &SuiteInfo, said: T) {
        match self.kept.iter_mut().find(|(name, _)| *name == suite.test_name) {
            Some((_, kept)) if kept.len() == MAX_KEPT => {}
            Some((_, kept)) => kept.push(said),
            None => self.kept.push((suite.test_name.clone(), vec![said])),
        }
    }

    /// What was kept of the attempts before this one, in their order.
    pub(super) fn take(&mut self, suite: &SuiteInfo) -> Vec<T> {
        if self.kept.is_empty() {
            return Vec::new();
        }
        let at = self.kept.iter().position(|(name, _)| *name == suite.test_name);
        at.map(|at| self.kept.remove(at).1).unwrap_or_default()
    }

    /// What is left at the end of a run: the last word about suites whose next attempt has not ended.
    pub(super) fn rest(&mut self) -> Vec<(Arc<str>, Vec<T>)> {
        std::mem::take(&mut self.kept)
    }

    #[cfg(feature = "junit")]
    pub(super) fn iter(&self) -> impl Iterator<Item = &[T]> {
        self.kept.iter().map(|(_, kept)| kept.as_slice())
    }
}

/// The note at a suite that passed after failed attempts.
pub(super) fn flaky(check: &Check) -> Option<String> {
    let attempt = check.flaky()?;
    Some(format!("flaky: passed at {attempt}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::script::suite;

    #[test]
    fn what_is_kept_of_a_test_is_bounded_and_given_back_once() {
        let (a, b) = (suite(1, 0, "a"), suite(2, 0, "b"));
        let mut attempts = Attempts::default();
        attempts.keep(&b, 0);
        (0..100).for_each(|n| attempts.keep(&a, n));
        assert_eq!(attempts.take(&a), (0..20).collect::<Vec<_>>());
        assert_eq!(attempts.take(&a), Vec::<i32>::new());
        assert_eq!(attempts.rest(), [("b".into(), vec![0])]);
    }
}
