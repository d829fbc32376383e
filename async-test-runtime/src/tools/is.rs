//! `is!` and `isnt!`: equality.

use std::borrow::Cow;
use std::fmt::{Arguments, Debug};

use crate::claim::Detail;
use crate::context::counts;
use crate::diff;
use crate::suite::Suite;
use crate::tools::{Call, send};

/// Checks that the first operand equals the second, as `assert_eq!` compares, and returns whether it does. A failure
/// shows both, and the difference line by line where they are long; it does not end the body.
///
/// ```
/// # async_test_runtime::__rt::doc(async {
/// use async_test_runtime::is;
/// is!("7".parse(), Ok(7));
/// is!(vec![1, 2].len(), 2, "the length of {}", "it");
/// # });
/// ```
#[macro_export]
macro_rules! is {
    ($got:expr, $expected:expr $(,)?) => {
        match (&$got, &$expected) {
            (got, expected) => $crate::__rt::is(
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
            (got, expected) => $crate::__rt::is(
                *got == *expected,
                &got,
                &expected,
                ::core::option::Option::Some(::core::format_args!($($message)+)),
                ::core::concat!(::core::stringify!($got), " == ", ::core::stringify!($expected)),
            ),
        }
    };
}

/// Checks that the first operand does not equal the second and returns whether that is so: the opposite of [`is!`].
#[macro_export]
macro_rules! isnt {
    ($got:expr, $unexpected:expr $(,)?) => {
        match (&$got, &$unexpected) {
            (got, unexpected) => $crate::__rt::isnt(
                *got == *unexpected,
                &got,
                ::core::option::Option::None,
                ::core::concat!(::core::stringify!($got), " != ", ::core::stringify!($unexpected)),
            ),
        }
    };
    ($got:expr, $unexpected:expr, $($message:tt)+) => {
        match (&$got, &$unexpected) {
            (got, unexpected) => $crate::__rt::isnt(
                *got == *unexpected,
                &got,
                ::core::option::Option::Some(::core::format_args!($($message)+)),
                ::core::concat!(::core::stringify!($got), " != ", ::core::stringify!($unexpected)),
            ),
        }
    };
}

/// Too long to compare two lines at a glance.
fn is_long(text: &str) -> bool {
    text.len() > 72
}

fn unequal(got: &dyn Debug, expected: &dyn Debug) -> Detail {
    let (mut left, mut right) = (format!("{expected:?}"), format!("{got:?}"));
    if left == right {
        let detail = Detail::new().expected_got(left, right);
        return detail.note("the two look alike and are not equal: their Debug does not show the difference");
    }
    let mut detail = Detail::new();
    if is_long(&left) || is_long(&right) {
        (left, right) = (format!("{expected:#?}"), format!("{got:#?}"));
        detail.diff = diff::expected_got(&left, &right);
    }
    detail.expected_got(left, right)
}

#[doc(hidden)]
#[track_caller]
pub fn is(
    equal: bool,
    got: &dyn Debug,
    expected: &dyn Debug,
    message: Option<Arguments<'_>>,
    expression: &'static str,
) -> bool {
    // Asked here already, for those who count by the million and without optimization: what follows moves many words.
    (equal && counts()) || Call { message, expression }.send_it("is!", equal, || unequal(got, expected))
}

#[doc(hidden)]
#[track_caller]
pub fn isnt(equal: bool, got: &dyn Debug, message: Option<Arguments<'_>>, expression: &'static str) -> bool {
    Call { message, expression }.send("isnt!", !equal, || same(got))
}

fn same(got: &dyn Debug) -> Detail {
    let got = format!("{got:?}");
    Detail::new().expected_got(format!("anything but {got}"), got)
}

impl Suite {
    /// [`is!`](crate::is) for this suite, wherever it is called from.
    #[track_caller]
    pub fn is<T, U>(&self, got: T, expected: U, message: impl Into<Cow<'static, str>>) -> bool
    where
        T: PartialEq<U> + Debug,
        U: Debug,
    {
        send(self, got == expected, message, || unequal(&got, &expected))
    }

    /// [`isnt!`](crate::isnt) for this suite.
    #[track_caller]
    pub fn isnt<T, U>(&self, got: T, unexpected: U, message: impl Into<Cow<'static, str>>) -> bool
    where
        T: PartialEq<U> + Debug,
    {
        send(self, got != unexpected, message, || same(&got))
    }
}
