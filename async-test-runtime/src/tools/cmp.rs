//! `cmp_ok!`: a comparison with any operator.

use std::fmt::{Arguments, Debug};

use crate::claim::Detail;
use crate::tools::Call;

/// Checks a comparison and returns whether it holds: `cmp_ok!(len, <=, 10)`. The operator is any that takes the two
/// operands by value of their places and gives a `bool`: `==`, `!=`, `<`, `<=`, `>`, `>=`, `&&`, `||`. A failure shows
/// both operands and does not end the body.
#[macro_export]
macro_rules! cmp_ok {
    ($left:expr, $operator:tt, $right:expr $(,)?) => {
        match (&$left, &$right) {
            (left, right) => $crate::__rt::cmp(
                *left $operator *right,
                &left,
                ::core::stringify!($operator),
                &right,
                ::core::option::Option::None,
                ::core::concat!(
                    ::core::stringify!($left), " ", ::core::stringify!($operator), " ", ::core::stringify!($right)
                ),
            ),
        }
    };
    ($left:expr, $operator:tt, $right:expr, $($message:tt)+) => {
        match (&$left, &$right) {
            (left, right) => $crate::__rt::cmp(
                *left $operator *right,
                &left,
                ::core::stringify!($operator),
                &right,
                ::core::option::Option::Some(::core::format_args!($($message)+)),
                ::core::concat!(
                    ::core::stringify!($left), " ", ::core::stringify!($operator), " ", ::core::stringify!($right)
                ),
            ),
        }
    };
}

#[doc(hidden)]
#[track_caller]
pub fn cmp(
    held: bool,
    left: &dyn Debug,
    operator: &'static str,
    right: &dyn Debug,
    message: Option<Arguments<'_>>,
    expression: &'static str,
) -> bool {
    Call { message, expression }.send("cmp_ok!", held, || {
        Detail::new().expected_got(format!("{operator} {right:?}"), format!("{left:?}"))
    })
}
