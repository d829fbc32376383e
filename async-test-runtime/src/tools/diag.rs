//! `diag!`: a comment.

use std::borrow::Cow;
use std::fmt::Arguments;

use crate::event::EventKind;
use crate::suite::Suite;
use crate::tools::text;

/// Adds a comment to the report of the current suite. It is no test and is shown where the report shows comments: in
/// TAP always, in the pretty report with a failure.
#[macro_export]
macro_rules! diag {
    ($($message:tt)+) => { $crate::__rt::diag(::core::format_args!($($message)+)) };
}

#[doc(hidden)]
#[track_caller]
pub fn diag(message: Arguments<'_>) {
    crate::context::with("diag!", |suite| suite.diag(text(message)));
}

impl Suite {
    /// [`diag!`](crate::diag) for this suite.
    pub fn diag(&self, message: impl Into<Cow<'static, str>>) {
        self.send_event(EventKind::Diag(message.into()));
    }
}
