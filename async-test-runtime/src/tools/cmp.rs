//! `cmp_ok!`: a comparison with any operator.

use std::borrow::Cow;
use std::fmt::{Arguments, Debug};

use crate::claim::Detail;
use crate::suite::Suite;
use crate::tools::{Call, send};

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
    Call { message, expression }.send("cmp_ok!", held, || compared(left, operator, right))
}

fn compared(left: &dyn Debug, operator: &str, right: &dyn Debug) -> Detail {
    Detail::new().expected_got(format!("{operator} {right:?}"), format!("{left:?}"))
}

impl Suite {
    /// [`cmp_ok!`](crate::cmp_ok) for this suite, wherever it is called from. The operator is one of `==`, `!=`, `<`, `<=`,
    /// `>` and `>=`; any other fails the check, which says so.
    ///
    /// ```
    /// # async_test_runtime::__rt::doc(async {
    /// let t = async_test_runtime::Suite::current();
    /// t.cmp_ok("abc".len(), "<=", 10, "short");
    /// # });
    /// ```
    #[track_caller]
    pub fn cmp_ok<T, U>(&self, left: T, operator: &str, right: U, message: impl Into<Cow<'static, str>>) -> bool
    where
        T: PartialOrd<U> + Debug,
        U: Debug,
    {
        let held = match operator {
            "==" => left == right,
            "!=" => left != right,
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            ">=" => left >= right,
            _ => {
                let note = format!("{operator:?} is no operator: it is one of == != < <= > >=");
                return send(self, false, message, || Detail::new().note(note));
            }
        };
        send(self, held, message, || compared(&left, operator, &right))
    }
}
