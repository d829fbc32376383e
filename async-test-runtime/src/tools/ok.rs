//! `pass!`, `flunk!`, `ok!`, `nok!`: the plainest checks.

use std::borrow::Cow;
use std::fmt::Arguments;

use crate::claim::Detail;
use crate::context::counts;
use crate::suite::Suite;
use crate::tools::{Call, send};

/// Passes, with an optional message. Returns `true`.
#[macro_export]
macro_rules! pass {
    () => { $crate::__rt::pass(::core::option::Option::None) };
    ($($message:tt)+) => { $crate::__rt::pass(::core::option::Option::Some(::core::format_args!($($message)+))) };
}

/// Fails, with an optional message, and goes on. Returns `false`.
#[macro_export]
macro_rules! flunk {
    () => { $crate::__rt::flunk(::core::option::Option::None) };
    ($($message:tt)+) => { $crate::__rt::flunk(::core::option::Option::Some(::core::format_args!($($message)+))) };
}

/// Checks that a condition holds and returns whether it does. A failure does not end the body.
///
/// ```
/// # async_test_runtime::__rt::doc(async {
/// use async_test_runtime::ok;
/// ok!(1 < 2);
/// if !ok!("abc".len() == 3, "the length of {:?}", "abc") {
///     return;
/// }
/// # });
/// ```
#[macro_export]
macro_rules! ok {
    ($condition:expr $(,)?) => {
        $crate::__rt::ok($condition, ::core::option::Option::None, ::core::stringify!($condition))
    };
    ($condition:expr, $($message:tt)+) => {
        $crate::__rt::ok(
            $condition,
            ::core::option::Option::Some(::core::format_args!($($message)+)),
            ::core::stringify!($condition),
        )
    };
}

/// Checks that a condition does not hold and returns whether that is so: the opposite of [`ok!`].
#[macro_export]
macro_rules! nok {
    ($condition:expr $(,)?) => {
        $crate::__rt::nok($condition, ::core::option::Option::None, ::core::concat!("not ", ::core::stringify!($condition)))
    };
    ($condition:expr, $($message:tt)+) => {
        $crate::__rt::nok(
            $condition,
            ::core::option::Option::Some(::core::format_args!($($message)+)),
            ::core::concat!("not ", ::core::stringify!($condition)),
        )
    };
}

#[doc(hidden)]
#[track_caller]
pub fn pass(message: Option<Arguments<'_>>) -> bool {
    let call = Call {
        message,
        expression: "pass",
    };
    call.send("pass!", true, Detail::new)
}

#[doc(hidden)]
#[track_caller]
pub fn flunk(message: Option<Arguments<'_>>) -> bool {
    let call = Call {
        message: message.or(Some(format_args!("flunk"))),
        expression: "",
    };
    call.send("flunk!", false, Detail::new)
}

#[doc(hidden)]
#[track_caller]
pub fn ok(held: bool, message: Option<Arguments<'_>>, expression: &'static str) -> bool {
    // As `is!` does it.
    (held && counts())
        || Call { message, expression }.send_it("ok!", held, || Detail::new().expected_got("true", "false"))
}

#[doc(hidden)]
#[track_caller]
pub fn nok(held: bool, message: Option<Arguments<'_>>, expression: &'static str) -> bool {
    Call { message, expression }.send("nok!", !held, || Detail::new().expected_got("false", "true"))
}

impl Suite {
    /// [`pass!`](crate::pass) for this suite.
    #[track_caller]
    pub fn pass(&self, message: impl Into<Cow<'static, str>>) -> bool {
        send(self, true, message, Detail::new)
    }

    /// [`flunk!`](crate::flunk) for this suite.
    #[track_caller]
    pub fn flunk(&self, message: impl Into<Cow<'static, str>>) -> bool {
        send(self, false, message, Detail::new)
    }

    /// [`ok!`](crate::ok) for this suite, wherever it is called from.
    #[track_caller]
    pub fn ok(&self, condition: bool, message: impl Into<Cow<'static, str>>) -> bool {
        send(self, condition, message, || Detail::new().expected_got("true", "false"))
    }

    /// [`nok!`](crate::nok) for this suite.
    #[track_caller]
    pub fn nok(&self, condition: bool, message: impl Into<Cow<'static, str>>) -> bool {
        send(self, !condition, message, || {
            Detail::new().expected_got("false", "true")
        })
    }
}
