//! `bail_out!`, `abort_testing!`: ends before the end.

use std::borrow::Cow;

use crate::suite::Suite;

/// Ends the whole run as failed: every suite is ended, clean-ups run, reports are written, and TAP says `Bail out!`.
/// The body goes on up to its next await; checks after this are ignored.
#[macro_export]
macro_rules! bail_out {
    ($($why:tt)+) => { $crate::__rt::bail_out($crate::__rt::reason(::core::format_args!($($why)+))) };
}

/// Ends the current suite early and quietly: what was counted stays counted, the plan is not compared, clean-ups run.
/// The body goes on up to its next await; checks after this are ignored.
#[macro_export]
macro_rules! abort_testing {
    () => {
        $crate::__rt::abort_testing()
    };
}

#[doc(hidden)]
#[track_caller]
pub fn bail_out(why: Cow<'static, str>) {
    Suite::current_for("bail_out!").bail_out(why);
}

#[doc(hidden)]
#[track_caller]
pub fn abort_testing() {
    Suite::current_for("abort_testing!").abort();
}
