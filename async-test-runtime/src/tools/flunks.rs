//! `test_flunks!`: a promise that what follows fails.

use std::borrow::Cow;

use crate::event::{Amnesty, EventKind, Span};
use crate::suite::Suite;

/// Promises that the next test of the suite fails: its outcome is inverted, so a failure passes and a pass fails.
///
/// `test_flunks!()`, `test_flunks!("why")`, `test_flunks!(2)`, `test_flunks!("why", 2)`, `test_flunks!(remaining)`,
/// `test_flunks!("why", remaining)`. A subtest takes its place when it is created. Skipped tests are left alone and use
/// nothing up.
#[macro_export]
macro_rules! test_flunks {
    () => {
        $crate::__rt::test_flunks(::core::option::Option::None, ::core::option::Option::Some(1))
    };
    (remaining $(,)?) => {
        $crate::__rt::test_flunks(::core::option::Option::None, ::core::option::Option::None)
    };
    ($count:literal $(,)?) => {
        $crate::__rt::Flunks::flunks($count)
    };
    ($why:expr $(,)?) => {
        $crate::__rt::Flunks::flunks($why)
    };
    ($why:expr, remaining $(,)?) => {
        $crate::__rt::test_flunks(
            ::core::option::Option::Some($crate::__rt::why($why)),
            ::core::option::Option::None,
        )
    };
    ($why:expr, $count:expr $(,)?) => {
        $crate::__rt::test_flunks(
            ::core::option::Option::Some($crate::__rt::why($why)),
            ::core::option::Option::Some($count),
        )
    };
}

/// What the only argument of `test_flunks!` may be: a reason or a count.
#[doc(hidden)]
pub trait Flunks {
    #[track_caller]
    fn flunks(self);
}

impl Flunks for u64 {
    #[track_caller]
    fn flunks(self) {
        test_flunks(None, Some(self));
    }
}

impl Flunks for &'static str {
    #[track_caller]
    fn flunks(self) {
        test_flunks(Some(Cow::Borrowed(self)), Some(1));
    }
}

impl Flunks for String {
    #[track_caller]
    fn flunks(self) {
        test_flunks(Some(Cow::Owned(self)), Some(1));
    }
}

#[doc(hidden)]
#[track_caller]
pub fn test_flunks(why: Option<Cow<'static, str>>, count: Option<u64>) {
    crate::context::with("test_flunks!", |suite| {
        let span = count.map_or(Span::Remaining, Span::Next);
        let why = why.unwrap_or(Cow::Borrowed("a failure is promised"));
        suite.send_event(EventKind::Amnesty(Amnesty::Flunk(why, span)));
    });
}

impl Suite {
    /// [`test_flunks!`](crate::test_flunks) for this suite: the next `count` tests, or all that follow for `None`.
    pub fn test_flunks(&self, why: impl Into<Cow<'static, str>>, count: Option<u64>) {
        let span = count.map_or(Span::Remaining, Span::Next);
        self.send_event(EventKind::Amnesty(Amnesty::Flunk(why.into(), span)));
    }
}
