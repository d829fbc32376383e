//! What expansions of our macros call. Not public API: anything here may change in any release.

mod dies;
mod pick;

use std::future::Future as StdFuture;
pub use std::process::ExitCode;
use std::sync::Arc;

pub use crate::options::StrayPanics;
pub use crate::outcome::{BodyError, Outcome, Outcome as Blocking, RoundTail, Tail, outcome_of};
pub use crate::plan::When;
pub use crate::registry::{RegisteredBundle, RegisteredReporter};
pub use crate::round::{Mode, VerifySpec};
pub use crate::run::main::main;
pub use crate::spec::{Body, BodyFuture as Async, Flavor, SharedFuture as Future, Source, SuiteKeys, SuiteSpec};
#[cfg(feature = "tracing")]
pub use crate::tracing::{RegisteredSubscriber, dispatch};
pub use crate::verify::{DuringOutput, Poll};
pub use dies::{DiesAsAny, DiesAsClosure, DiesAsDebug, DiesAsError, DiesAsFuture, DiesAsNever, DiesAsNothing};
pub use pick::{Erased, FutureOf, Judge, OutputOf, ValueOf};

pub use crate::invoke::Invoke;
pub use crate::tools::approx::is_approx;
pub use crate::tools::bail::{abort_testing, bail_out};
pub use crate::tools::child::is_run;
pub use crate::tools::cmp::cmp;
pub use crate::tools::deeply::is_deeply;
pub use crate::tools::diag::diag;
pub use crate::tools::dies::{Ending, Like, dies, ending, ending_of, lives};
pub use crate::tools::done::done_testing;
pub use crate::tools::flunks::{Flunks, test_flunks};
pub use crate::tools::is::{is, isnt};
pub use crate::tools::like::{like, unlike};
pub use crate::tools::matches::{isa, matches};
pub use crate::tools::ok::{flunk, nok, ok, pass};
pub use crate::tools::plan::plan;
pub use crate::tools::skip::{reason, skip, skip_remaining, skip_rest, why};
pub use crate::tools::subtest::{subtest, subtest_instant};
pub use crate::tools::todo::{todo_next, todo_remaining};
pub use crate::tools::tool::{ToolSpec, ToolValue, tool, tool_async};
pub use inventory;

use crate::suite::Suite;

/// One suite: its function, its descriptor, and where that is registered for the runs that find suites by themselves.
///
/// How it is started is a function, not a closure, which would be two functions in the program. It has the name of the
/// descriptor, and so have the keys, since any other would hide one that the user's function may mean. The test's beginning
/// and its body come from the attribute, or a lint about it would be shown here.
///
/// The descriptor is a constant, so that there is one, where it is registered, and no pointer to another. With keys it is
/// a static, which is copied: to a condition that counts, for instance, no constant may point, says Rust 1.85.
#[doc(hidden)]
#[macro_export]
macro_rules! __suite {
    (
        $item:tt $spec:ident $name:literal $lines:tt { $($function:tt)* } $({ $($keys:tt)* })? $kind:ident $suite:tt { $($call:tt)* }
        { $($test:tt)* } $body:tt $(-> $output:ident)?
    ) => {
        #[doc(hidden)]
        #[allow(non_upper_case_globals, clippy::unused_async, reason = "named after the function, which need not await")]
        $item $spec: $crate::__rt::SuiteSpec = {
            $($function)*
            fn $spec($suite: &$crate::Suite) -> $crate::__rt::$kind { $($call)* }
            $crate::__rt::SuiteSpec::new(
                ::core::concat!(::core::module_path!(), "::", $name),
                $lines,
                &$crate::__rt::Source { file: ::core::file!(), package: ::core::option_env!("CARGO_PKG_NAME") },
                $crate::__rt::Body::$kind($spec),
            )
            $(.with({
                static $spec: $crate::__rt::SuiteKeys = $crate::__rt::SuiteKeys {
                    $($keys)*
                    ..$crate::__rt::SuiteKeys::NONE
                };
                &$spec
            }))?
        };
        $crate::__rt::inventory::submit! { $spec }
        #[::core::prelude::v1::test]
        $($test)*() $(-> $crate::__rt::$output)? $body
    };
}
pub use crate::__suite as suite;

pub use crate::__suite_future as suite_future;
pub use crate::__suite_result as suite_result;

/// The handle of a body that takes one.
pub fn handle(suite: &Suite) -> Suite {
    suite.clone()
}

/// Runs an example of the documentation inside of a suite; panics when a check of it fails.
pub fn doc(body: impl StdFuture<Output = ()> + Send + 'static) {
    static SPEC: SuiteSpec = SuiteSpec::of("documentation::example");
    let top = Suite::top();
    let suite = top.child(
        crate::suite::Birth::new(SPEC.title().to_owned(), crate::place::Place::caller()),
        SPEC.plan(),
    );
    let (answer, answered) = std::sync::mpsc::sync_channel(1);
    let reply = crate::event::Reply::new(move |snapshot| {
        let _ = answer.send(snapshot);
    });
    let runtime = crate::runtime::Own::of(&SPEC).expect("failed to start a tokio runtime");
    let body = async {
        body.await;
        Outcome::default()
    };
    // As under the harness: who looks for what runs looks among the jobs of the root.
    let job = top
        .table()
        .stand_in(SPEC.title().to_owned(), SPEC.place(), Arc::new(suite.clone()));
    runtime.run(crate::drive::drive(suite, body, std::time::Duration::ZERO, Some(reply)));
    drop(job);
    top.snapshot();
    let snapshot = answered.recv().ok().flatten();
    assert!(snapshot.is_some_and(|snapshot| !snapshot.failed), "the example fails");
}
