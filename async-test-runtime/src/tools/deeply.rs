//! `is_deeply!`: equality of structures, told by the paths at which they differ.

use std::borrow::Cow;
use std::fmt::{Arguments, Debug};

use crate::claim::Detail;
use crate::diff;
use crate::structure;
use crate::suite::Suite;
use crate::tools::{Call, send};

/// Checks that two structures are equal, as `==` says, and returns whether they are. A failure names the paths at which
/// they differ (`.users[3].name`), as read from their `Debug`, in place of two screens of it.
#[macro_export]
macro_rules! is_deeply {
    ($got:expr, $expected:expr $(,)?) => {
        match (&$got, &$expected) {
            (got, expected) => $crate::__rt::is_deeply(
                *got == *expected,
                &got,
                &expected,
                ::core::option::Option::None,
                ::core::concat!(::core::stringify!($got), " == ", ::core::stringify!($expected)),
            ),
        }
    };
    ($got:expr, $expected:expr, $($message:tt)+) => {
        match (&$got, &$expected) {
            (got, expected) => $crate::__rt::is_deeply(
                *got == *expected,
                &got,
                &expected,
                ::core::option::Option::Some(::core::format_args!($($message)+)),
                ::core::concat!(::core::stringify!($got), " == ", ::core::stringify!($expected)),
            ),
        }
    };
}

fn differences(got: &dyn Debug, expected: &dyn Debug) -> Detail {
    let (left, right) = (format!("{expected:?}"), format!("{got:?}"));
    let mut detail = Detail::new();
    match structure::differences(&left, &right) {
        Some(paths) if !paths.is_empty() => detail.notes = paths,
        // Their Debug is of no shape we know, or does not show the difference.
        _ => {
            detail.diff = diff::expected_got(&format!("{expected:#?}"), &format!("{got:#?}"));
            if left == right {
                detail = detail.note("the two look alike and are not equal: their Debug does not show the difference");
            }
            detail = detail.expected_got(left, right);
        }
    }
    detail
}

#[doc(hidden)]
#[track_caller]
pub fn is_deeply(
    equal: bool,
    got: &dyn Debug,
    expected: &dyn Debug,
    message: Option<Arguments<'_>>,
    expression: &'static str,
) -> bool {
    Call { message, expression }.send("is_deeply!", equal, || differences(got, expected))
}

impl Suite {
    /// [`is_deeply!`](crate::is_deeply) for this suite.
    #[track_caller]
    pub fn is_deeply<T, U>(&self, got: T, expected: U, message: impl Into<Cow<'static, str>>) -> bool
    where
        T: PartialEq<U> + Debug,
        U: Debug,
    {
        send(self, got == expected, message, || differences(&got, &expected))
    }
}
