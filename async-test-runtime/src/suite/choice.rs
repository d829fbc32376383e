//! Which subtests the filters and the expression of tags leave, and what is said of a filter that names none.

use std::borrow::Cow;

use crate::claim::Problem;
use crate::suite::{Suite, with_inherited};

impl Suite {
    /// Whether the expression of `--tag` lets a child of this suite run: one with tags of its own has to fit, too.
    pub(crate) fn admits_tags(&self, own: &[Cow<'static, str>]) -> bool {
        match &self.0.hub.settings.tag {
            Some(expression) if !own.is_empty() => expression.matches(&with_inherited(&self.0.info.tags, own)),
            _ => true,
        }
    }

    /// Whether a filter lets a child of this suite run.
    pub(crate) fn admits(&self, name: &str) -> bool {
        self.shared_activity().admits_all() || self.with_path_of(name, |path| self.shared_activity().admits(path))
    }

    /// A child of this suite is skipped with all that is in it.
    pub(crate) fn pass_over(&self, name: &str) {
        if !self.shared_activity().admits_all() {
            self.with_path_of(name, |path| self.shared_activity().pass_over(path));
        }
    }

    /// The names down to a child, without the root and the `#[suite]`, which the run itself has chosen.
    fn with_path_of<T>(&self, name: &str, look: impl FnOnce(&[&str]) -> T) -> T {
        let mut path: Vec<Suite> = vec![self.clone()];
        while let Some(parent) = path.last().and_then(Suite::parent) {
            path.push(parent);
        }
        let names = path.iter().rev().skip(2).map(Suite::message).chain([name]);
        look(&names.collect::<Vec<_>>())
    }

    /// The body came to its end by itself.
    pub(crate) fn note_return(&self) {
        if self.0.info.nesting == 1 {
            self.shared_activity().note_return();
        }
    }

    /// Told at the end of a `#[suite]`. A filter of whole names that was not met fails it, for somebody has named a subtest
    /// that does not exist; one of parts may be meant for another suite, so that only the end of the run can tell.
    pub(crate) fn judge_filters(&self) {
        let activity = self.shared_activity();
        if self.0.info.nesting != 1 || activity.admits_all() || !activity.has_returned() {
            return;
        }
        for (wanted, beside) in activity.filters() {
            match beside {
                Some(beside) if wanted.exact => self.problem(Problem::NoSubtest {
                    filter: wanted.filter.clone(),
                    beside,
                }),
                beside => self.0.hub.note_filter(&wanted.filter, beside),
            }
        }
    }
}
