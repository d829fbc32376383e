//! Todo, flunk and skip: what becomes of a raw outcome.
//!
//! The order is fixed: a skip stays a skip and uses up nothing; a promise to flunk inverts; a todo forgives what is
//! then still a failure.

use std::borrow::Cow;

use crate::claim::Raw;
use crate::event::{Amnesty, Span};
use crate::record::Verdict;

type Why = Cow<'static, str>;

/// A reason that holds for the next few outcomes, over one that holds for all.
#[derive(Default, Debug)]
struct Window {
    next: Option<(Why, u64)>,
    remaining: Option<Why>,
}

impl Window {
    fn set(&mut self, why: Why, span: Span) {
        match span {
            Span::Next(0) => {}
            Span::Next(count) => self.next = Some((why, count)),
            Span::Remaining => {
                self.next = None;
                self.remaining = Some(why);
            }
        }
    }

    fn take(&mut self) -> Option<Why> {
        match self.next.take() {
            Some((why, count)) => {
                if count > 1 {
                    self.next = Some((why.clone(), count - 1));
                }
                Some(why)
            }
            None => self.remaining.clone(),
        }
    }
}

/// The reasons that a suite holds for one outcome: its own check's, or a subtest's, taken when that was created.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    /// A failure is promised.
    pub(crate) flunk: Option<Why>,
    /// A failure is forgiven.
    pub(crate) todo: Option<Why>,
}

/// The amnesties in effect in one suite.
#[derive(Default, Debug)]
pub(crate) struct Amnesties {
    todo: Window,
    flunk: Window,
    skip: Option<Why>,
}

impl Amnesties {
    /// Puts one more into effect.
    pub(crate) fn grant(&mut self, amnesty: Amnesty) {
        match amnesty {
            Amnesty::Todo(why, span) => self.todo.set(why, span),
            Amnesty::Flunk(why, span) => self.flunk.set(why, span),
            Amnesty::SkipRemaining(why) => self.skip = Some(why),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_none(&self) -> bool {
        let Amnesties { todo, flunk, skip } = self;
        matches!(
            (&todo.next, &todo.remaining, &flunk.next, &flunk.remaining, skip),
            (None, None, None, None, None)
        )
    }

    /// Why everything is skipped now.
    pub(crate) fn skipping(&self) -> Option<&Why> {
        self.skip.as_ref()
    }

    /// Uses up one place of each window, for one outcome.
    pub(crate) fn take(&mut self) -> Mark {
        Mark {
            flunk: self.flunk.take(),
            todo: self.todo.take(),
        }
    }

    /// The todo in effect and for how many outcomes; `None` for the count is for all.
    pub(crate) fn todo(&self) -> Option<(&Why, Option<u64>)> {
        match (&self.todo.next, &self.todo.remaining) {
            (Some((why, count)), _) => Some((why, Some(*count))),
            (None, Some(why)) => Some((why, None)),
            (None, None) => None,
        }
    }
}

/// What becomes of an outcome under the reasons that were taken for it.
pub(crate) fn judge(raw: &Raw, mark: &Mark) -> Verdict {
    let (held, flunked) = match (raw, &mark.flunk) {
        (Raw::Skip(why), _) => return Verdict::Skipped(why.clone()),
        (Raw::Pass, None) => (true, None),
        (Raw::Fail, None) => (false, None),
        (Raw::Pass, Some(why)) => (false, Some(why)),
        (Raw::Fail, Some(why)) => (true, Some(why)),
    };
    match (held, &mark.todo, flunked) {
        (false, Some(why), _) => Verdict::Todo(why.clone()),
        (true, Some(why), _) => Verdict::UnexpectedPass(why.clone()),
        (true, None, Some(why)) => Verdict::Flunked(why.clone()),
        (false, None, Some(why)) => Verdict::Unflunked(why.clone()),
        (true, None, None) => Verdict::Passed,
        (false, None, None) => Verdict::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &'static str) -> Why {
        Cow::Borrowed(text)
    }

    #[test]
    fn every_outcome_under_every_mark() {
        let flunk = Some(why("f"));
        let todo = Some(why("t"));
        let rows = [
            (Raw::Pass, None, None, Verdict::Passed),
            (Raw::Fail, None, None, Verdict::Failed),
            (Raw::Pass, flunk.clone(), None, Verdict::Unflunked(why("f"))),
            (Raw::Fail, flunk.clone(), None, Verdict::Flunked(why("f"))),
            (Raw::Pass, None, todo.clone(), Verdict::UnexpectedPass(why("t"))),
            (Raw::Fail, None, todo.clone(), Verdict::Todo(why("t"))),
            (Raw::Pass, flunk.clone(), todo.clone(), Verdict::Todo(why("t"))),
            (
                Raw::Fail,
                flunk.clone(),
                todo.clone(),
                Verdict::UnexpectedPass(why("t")),
            ),
            (Raw::Skip(why("s")), flunk, todo, Verdict::Skipped(why("s"))),
        ];
        for (raw, flunk, todo, expected) in rows {
            let mark = Mark { flunk, todo };
            assert_eq!(judge(&raw, &mark), expected, "{raw:?} under {mark:?}");
        }
    }

    #[test]
    fn a_count_is_used_up_and_what_lies_under_it_shows_again() {
        let mut amnesties = Amnesties::default();
        amnesties.grant(Amnesty::Todo(why("all"), Span::Remaining));
        amnesties.grant(Amnesty::Todo(why("two"), Span::Next(2)));
        let taken: Vec<_> = (0..4).map(|_| amnesties.take().todo.unwrap()).collect();
        assert_eq!(taken, ["two", "two", "all", "all"]);
        assert_eq!(amnesties.todo(), Some((&why("all"), None)));
    }

    #[test]
    fn a_later_remaining_replaces_a_count() {
        let mut amnesties = Amnesties::default();
        amnesties.grant(Amnesty::Flunk(why("one"), Span::Next(1)));
        amnesties.grant(Amnesty::Flunk(why("all"), Span::Remaining));
        assert_eq!(amnesties.take().flunk.unwrap(), "all");
        assert_eq!(amnesties.take().flunk.unwrap(), "all");
    }
}
