//! `skip!`, `skip_rest!`, `skip_remaining!`: tests that are counted and not looked at.

use std::borrow::Cow;
use std::fmt::Arguments;

use crate::claim::{Claim, Problem, Raw};
use crate::error::Error;
use crate::event::{Amnesty, EventKind};
use crate::place::Place;
use crate::suite::Suite;
use crate::tools::text;

/// Counts one test, or as many as the second argument says, as skipped: `skip!("no network")`, `skip!("no disk", 3)`.
/// It replaces the tests; it does not jump over them. More than a million at once are a misuse, which fails the suite, and
/// none of them is counted.
#[macro_export]
macro_rules! skip {
    ($why:expr $(,)?) => {
        $crate::__rt::skip($crate::__rt::why($why), 1)
    };
    ($why:expr, $count:expr $(,)?) => {
        $crate::__rt::skip($crate::__rt::why($why), $count)
    };
}

/// Counts the tests of the plan that have not been run as skipped. Without a plan that is a misuse, which fails the
/// suite, since nobody knows how many they are, and so is it if they are more than a million.
#[macro_export]
macro_rules! skip_rest {
    ($why:expr $(,)?) => {
        $crate::__rt::skip_rest($crate::__rt::why($why))
    };
}

/// From here on every check of the suite counts as skipped and bodies of subtests are not run. With `global` as the
/// second argument also in all suites above it: `skip_remaining!("disk full", global)`.
#[macro_export]
macro_rules! skip_remaining {
    ($why:expr $(,)?) => {
        $crate::__rt::skip_remaining($crate::__rt::why($why), false)
    };
    ($why:expr, global $(,)?) => {
        $crate::__rt::skip_remaining($crate::__rt::why($why), true)
    };
}

#[doc(hidden)]
pub fn why(why: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
    why.into()
}

#[doc(hidden)]
pub fn reason(message: Arguments<'_>) -> Cow<'static, str> {
    text(message)
}

#[doc(hidden)]
#[track_caller]
pub fn skip(why: Cow<'static, str>, count: u64) {
    // Taken here: a closure has no caller of its own.
    let at = Place::caller();
    crate::context::with("skip!", |suite| suite.skip_at(why, count, at));
}

#[doc(hidden)]
#[track_caller]
pub fn skip_rest(why: Cow<'static, str>) {
    let at = Place::caller();
    crate::context::with("skip_rest!", |suite| suite.send_event(EventKind::SkipRest(why, at)));
}

#[doc(hidden)]
#[track_caller]
pub fn skip_remaining(why: Cow<'static, str>, global: bool) {
    crate::context::with("skip_remaining!", |suite| suite.skip_remaining(why, global));
}

impl Suite {
    /// [`skip!`](crate::skip) for this suite.
    #[track_caller]
    pub fn skip(&self, why: impl Into<Cow<'static, str>>, count: u64) {
        self.skip_at(why.into(), count, Place::caller());
    }

    fn skip_at(&self, why: Cow<'static, str>, count: u64, at: Place) {
        if let Some(error) = Error::too_many_skips(self.path(), "skip!", count) {
            self.problem(Problem::Misuse(at, error));
            return;
        }
        for _ in 0..count {
            self.claim(Claim::new(Raw::Skip(why.clone()), "", at.clone()));
        }
    }

    /// [`skip_rest!`](crate::skip_rest) for this suite.
    #[track_caller]
    pub fn skip_rest(&self, why: impl Into<Cow<'static, str>>) {
        if !self.is_dead() {
            self.step_on();
            self.send_event(EventKind::SkipRest(why.into(), Place::caller()));
        }
    }

    /// [`skip_remaining!`](crate::skip_remaining) for this suite, and with `global` for those above it.
    pub fn skip_remaining(&self, why: impl Into<Cow<'static, str>>, global: bool) {
        let why = why.into();
        let mut next = Some(self.clone());
        while let Some(suite) = next {
            if suite.nesting() == 0 {
                break;
            }
            suite.skip_from_here_on();
            suite.send_event(EventKind::Amnesty(Amnesty::SkipRemaining(why.clone())));
            next = if global { suite.parent() } else { None };
        }
    }
}
