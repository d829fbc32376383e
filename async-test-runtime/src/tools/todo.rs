//! `todo_next!` and `todo_remaining!`: failures that are known and forgiven.

use std::borrow::Cow;

use crate::event::{Amnesty, EventKind, Span};
use crate::suite::Suite;

/// The next test of the suite, or as many as the second argument says, is not expected to pass: a failure of it does
/// not fail the suite, and a pass is reported as unexpected. A subtest takes its place when it is created, and the
/// tests in it are forgiven with it. Skipped tests use nothing up; what a filter leaves out does, so that a part of a suite
/// is judged as it is in the whole.
///
/// The reason is a text or a value that becomes one: `todo_next!("issue 12")`, `todo_next!(format!("issue {n}"), 2)`.
#[macro_export]
macro_rules! todo_next {
    ($why:expr $(,)?) => {
        $crate::__rt::todo_next($crate::__rt::why($why), 1)
    };
    ($why:expr, $count:expr $(,)?) => {
        $crate::__rt::todo_next($crate::__rt::why($why), $count)
    };
}

/// Every later test of the suite is not expected to pass; see [`todo_next!`].
#[macro_export]
macro_rules! todo_remaining {
    ($why:expr $(,)?) => {
        $crate::__rt::todo_remaining($crate::__rt::why($why))
    };
}

#[doc(hidden)]
#[track_caller]
pub fn todo_next(why: Cow<'static, str>, count: u64) {
    crate::context::with("todo_next!", |suite| suite.todo_next(why, count));
}

#[doc(hidden)]
#[track_caller]
pub fn todo_remaining(why: Cow<'static, str>) {
    crate::context::with("todo_remaining!", |suite| suite.todo_remaining(why));
}

impl Suite {
    /// [`todo_next!`](crate::todo_next) for this suite.
    pub fn todo_next(&self, why: impl Into<Cow<'static, str>>, count: u64) {
        self.send_event(EventKind::Amnesty(Amnesty::Todo(why.into(), Span::Next(count))));
    }

    /// [`todo_remaining!`](crate::todo_remaining) for this suite.
    pub fn todo_remaining(&self, why: impl Into<Cow<'static, str>>) {
        self.send_event(EventKind::Amnesty(Amnesty::Todo(why.into(), Span::Remaining)));
    }
}
