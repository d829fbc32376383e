//! `is_approx!`: numbers that are near enough.

use std::borrow::Cow;
use std::fmt::Arguments;

use crate::claim::Detail;
use crate::suite::Suite;
use crate::tools::{Call, send};

/// Checks that two numbers are near each other and returns whether they are.
///
/// `abs = x` allows an absolute distance, `rel = y` a share of the larger magnitude of the two; with both, one that is
/// kept is enough. Without either, `rel = 1e-6` and `abs = 1e-9` hold. Not a number is near nothing; equal infinities
/// are near each other. The operands are anything that becomes an `f64` without loss.
///
/// `is_approx!(0.1 + 0.2, 0.3)`, `is_approx!(took, 2.0, rel = 0.1, "about {} s", 2)`
#[macro_export]
macro_rules! is_approx {
    ($got:expr, $expected:expr, abs = $abs:expr, rel = $rel:expr $(, $($message:tt)*)?) => {
        $crate::__is_approx!($got, $expected, Some($abs), Some($rel) $(, $($message)*)?)
    };
    ($got:expr, $expected:expr, rel = $rel:expr, abs = $abs:expr $(, $($message:tt)*)?) => {
        $crate::__is_approx!($got, $expected, Some($abs), Some($rel) $(, $($message)*)?)
    };
    ($got:expr, $expected:expr, abs = $abs:expr $(, $($message:tt)*)?) => {
        $crate::__is_approx!($got, $expected, Some($abs), None $(, $($message)*)?)
    };
    ($got:expr, $expected:expr, rel = $rel:expr $(, $($message:tt)*)?) => {
        $crate::__is_approx!($got, $expected, None, Some($rel) $(, $($message)*)?)
    };
    ($got:expr, $expected:expr $(, $($message:tt)*)?) => {
        $crate::__is_approx!($got, $expected, None, None $(, $($message)*)?)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __is_approx {
    ($got:expr, $expected:expr, $abs:ident $(($abs_value:expr))?, $rel:ident $(($rel_value:expr))? $(,)?) => {
        $crate::__rt::is_approx(
            ::core::convert::Into::<f64>::into($got),
            ::core::convert::Into::<f64>::into($expected),
            ::core::option::Option::$abs $((::core::convert::Into::<f64>::into($abs_value)))?,
            ::core::option::Option::$rel $((::core::convert::Into::<f64>::into($rel_value)))?,
            ::core::option::Option::None,
            ::core::concat!(::core::stringify!($got), " is about ", ::core::stringify!($expected)),
        )
    };
    (
        $got:expr, $expected:expr, $abs:ident $(($abs_value:expr))?, $rel:ident $(($rel_value:expr))?,
        $($message:tt)+
    ) => {
        $crate::__rt::is_approx(
            ::core::convert::Into::<f64>::into($got),
            ::core::convert::Into::<f64>::into($expected),
            ::core::option::Option::$abs $((::core::convert::Into::<f64>::into($abs_value)))?,
            ::core::option::Option::$rel $((::core::convert::Into::<f64>::into($rel_value)))?,
            ::core::option::Option::Some(::core::format_args!($($message)+)),
            ::core::concat!(::core::stringify!($got), " is about ", ::core::stringify!($expected)),
        )
    };
}

/// Whether the two are near, and what was allowed.
fn near(got: f64, expected: f64, abs: Option<f64>, rel: Option<f64>) -> (bool, String) {
    let (abs, rel) = match (abs, rel) {
        (None, None) => (Some(1e-9), Some(1e-6)),
        given => given,
    };
    #[expect(clippy::float_cmp, reason = "equal infinities have no distance")]
    if got == expected {
        return (true, String::new());
    }
    let distance = (got - expected).abs();
    let magnitude = got.abs().max(expected.abs());
    let near = distance.is_finite()
        && (abs.is_some_and(|abs| distance <= abs) || rel.is_some_and(|rel| distance <= rel * magnitude));
    let allowed = [
        abs.map(|abs| format!("{abs:e}")),
        rel.map(|rel| format!("{rel:e} of the magnitude")),
    ];
    (near, allowed.into_iter().flatten().collect::<Vec<_>>().join(" or "))
}

#[doc(hidden)]
#[track_caller]
pub fn is_approx(
    got: f64,
    expected: f64,
    abs: Option<f64>,
    rel: Option<f64>,
    message: Option<Arguments<'_>>,
    expression: &'static str,
) -> bool {
    let (held, allowed) = near(got, expected, abs, rel);
    Call { message, expression }.send("is_approx!", held, || apart(got, expected, &allowed))
}

fn apart(got: f64, expected: f64, allowed: &str) -> Detail {
    let distance = (got - expected).abs();
    Detail::new()
        .expected_got(format!("{expected:?}"), format!("{got:?}"))
        .note(format!("they are {distance:e} apart, allowed are {allowed}"))
}

impl Suite {
    /// [`is_approx!`](crate::is_approx) for this suite, with the distances that hold where none is given.
    #[track_caller]
    pub fn is_approx(
        &self,
        got: impl Into<f64>,
        expected: impl Into<f64>,
        message: impl Into<Cow<'static, str>>,
    ) -> bool {
        self.is_approx_within(got, expected, None, None, message)
    }

    /// [`is_approx!`](crate::is_approx) for this suite, with the absolute and the relative distance that is allowed. One that
    /// is kept is enough; with neither it is [`Suite::is_approx`].
    ///
    /// ```
    /// # async_test_runtime::__rt::doc(async {
    /// let t = async_test_runtime::Suite::current();
    /// t.is_approx(0.1 + 0.2, 0.3, "the usual sum");
    /// t.is_approx_within(9.8, 10, None, Some(0.05), "five in a hundred");
    /// # });
    /// ```
    #[track_caller]
    pub fn is_approx_within(
        &self,
        got: impl Into<f64>,
        expected: impl Into<f64>,
        abs: Option<f64>,
        rel: Option<f64>,
        message: impl Into<Cow<'static, str>>,
    ) -> bool {
        let (got, expected) = (got.into(), expected.into());
        let (held, allowed) = near(got, expected, abs, rel);
        send(self, held, message, || apart(got, expected, &allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near() {
        let rows = [
            (0.1 + 0.2, 0.3, None, None, true),
            (1.0, 1.1, None, None, false),
            (1.0, 1.1, Some(0.2), None, true),
            (100.0, 109.0, None, Some(0.1), true),
            (100.0, 109.0, Some(1.0), Some(0.1), true),
            (0.0, 1e-10, None, None, true),
            (f64::NAN, f64::NAN, Some(1.0), None, false),
            (f64::INFINITY, f64::INFINITY, None, None, true),
            (f64::INFINITY, 1.0, None, Some(1.0), false),
        ];
        for (got, expected, abs, rel, held) in rows {
            assert_eq!(
                near(got, expected, abs, rel).0,
                held,
                "{got} and {expected}, {abs:?}, {rel:?}"
            );
        }
    }
}
