//! A testing DSL for asynchronous Rust: plans, dynamic subtests, checks that do not end the test, TODO markers, and
//! invariants that are watched while the test runs.
//!
//! ```
//! use async_test_suite::prelude::*;
//!
//! #[suite(plan = 3, parallel)]
//! async fn storage(t: Suite) -> std::io::Result<()> {
//!     subtest!("reads", { ok!(true); });
//!     subtest!("writes", plan = 1, async |t| {
//!         t.ok(1 + 1 == 2, "one key");
//!     });
//!     subtest!("compaction", todo = "not built yet", { flunk!("no compactor"); });
//!     Ok(())
//! }
//! ```
//!
//! Under the built-in harness each `#[suite]` is an ordinary test: nothing has to be set up, what passes prints nothing,
//! and what fails shows the tree down to the failing check. With `harness = false` and [`main!`] the same file is run by
//! the hub itself, all suites on one runtime.
//!
//! # Words
//!
//! A *check* is one statement about the program under test; it is counted, it returns whether it held, and it does not
//! end the body. A *suite* has a body, a plan, checks and subtests; a *subtest* is a suite inside of a suite and counts as
//! one test there. A *marker* changes what becomes of the checks after it. A *job* is work beside the body that the suite
//! awaits. A *verifier* runs a function in a loop beside the body and reports itself as one test.
//!
//! # Where things are
//!
//! - [`macro@suite`], [`subtest!`], [`plan!`], [`main!`], and the handle [`Suite`]
//! - checks: [`ok!`], [`nok!`], [`pass!`], [`flunk!`], [`is!`], [`isnt!`], [`cmp_ok!`], [`like!`], [`unlike!`],
//!   [`is_deeply!`], [`is_approx!`], [`matches_ok!`], [`isa_ok!`], [`dies_ok!`], [`lives_ok!`], [`throws_like!`],
//!   [`fails_like!`], [`is_run!`]; a comment: [`diag!`]
//! - markers: [`skip!`], [`skip_rest!`], [`skip_remaining!`], [`todo_next!`], [`todo_remaining!`], [`test_flunks!`]; ends:
//!   [`bail_out!`], [`abort_testing!`], [`done_testing!`]
//! - invariants: [`macro@verify_loop`], [`Verifier`], [`Round`], [`eventually!`], [`consistently!`]
//! - jobs and clean-ups: [`Suite::spawn`], [`Suite::jobs`], [`Suite::on_finish`]
//! - extensions: [`macro@test_tool`], [`Bundle`], [`Reporter`], [`register_bundle!`], [`register_reporter!`],
//!   [`Intercept`]
//!
//! # What tests print and log
//!
//! Under the built-in harness what a test prints is captured as ever. Under [`main!`] it is captured by us, on Unix, and shown
//! with the failure. With the feature `tracing` events of the crate of that name are shown with the suite that they happened
//! in, under both: see the module `tracing`. `docs/output.md` tells all of it.
//!
//! # Time limits
//!
//! A `#[suite]` may take five minutes (`timeout = "…"`, `ASYNC_TEST_TIMEOUT`), and its jobs a minute after its body has
//! ended (`job_timeout = "…"`, `ASYNC_TEST_JOB_TIMEOUT`), on the system's clock. What takes longer fails with a list of
//! what was still running.

pub use async_test_macros::{suite, test_tool, verify_loop};
pub use async_test_runtime::*;

/// Everything a test file needs: `use async_test_suite::prelude::*;`.
pub mod prelude {
    pub use crate::{Observation, Plan, Round, Suite, Verifier};
    pub use crate::{
        abort_testing, bail_out, cmp_ok, diag, dies_ok, fails_like, flunk, is, is_approx, is_deeply, is_run, isa_ok,
        isnt, like, lives_ok, matches_ok, nok, ok, pass, plan, skip, skip_remaining, skip_rest, subtest, suite,
        test_flunks, test_tool, throws_like, todo_next, todo_remaining, unlike,
    };
    pub use crate::{consistently, done_testing, eventually, verify_loop};
}

/// The same macro as [`todo_next!`], for those who import it by name. It is not in the prelude, since a glob import of
/// this name is ambiguous with the standard one.
pub use async_test_runtime::todo_next as todo;

// Not public API. Used by generated code.
#[doc(hidden)]
pub mod __rt {
    pub use async_test_macros::{plan_impl, subtest_impl, verify_loop_impl};
    pub use async_test_runtime::__rt::*;
    // The function-like one: expansions import it into bodies.
    pub use crate::inline::verify_loop;
}

/// The function-like macros whose names belong to attributes at the root: `use async_test_suite::inline::verify_loop;`
/// in a function that is no `#[suite]`. In the body of a `#[suite]`, a `subtest!` or a `#[verify_loop]` function they are
/// there by themselves.
pub mod inline {
    #[doc(inline)]
    pub use crate::__verify_loop as verify_loop;
}

/// A verifier written in place; `verify_loop!` in the body of a suite.
#[doc(hidden)]
#[macro_export]
macro_rules! __verify_loop {
    ($($tokens:tt)*) => { $crate::__rt::verify_loop_impl! { [$crate] $($tokens)* } };
}

/// Creates a suite inside of the current suite: `subtest!("name", key, key = value, body)`.
///
/// It awaits what has to be awaited. In a sequential suite the subtest has ended when it returns; in a `parallel` one it has
/// been started, when there was a place under `test_jobs`; in a `random` one it has been put off to the end of the body.
/// Its value is a [`Subtest`], a future of whether it held.
///
/// The name may have inline arguments: `"client {i}"`. The body is `{ … }`, an `async` block that moves what it captures,
/// an `async` block or closure of your own (`async |t| { … }`), or the path of an `async fn` that takes a [`Suite`]. It
/// may use `?` with any error that is `Display + Debug` and end without `Ok(())`; the failure names the place of the `?`.
///
/// Keys: `plan = N`, `parallel`, `random`, `todo = "why"`, `skip_all = "why"`, `when = condition`, `test_jobs = N`,
/// `job_timeout = "30s"`, `timeout = "60s"`, `tags("net")`, `keys(name = value)`; and how it is started:
///
/// - `spawned`: beside its siblings, also in a sequential suite.
/// - `instant`: here and now, also in a parallel or random suite; its body may borrow locals. With `spawned`: started now.
/// - `hidden`: it reports the place of its caller and has no lines of its own.
///
/// Dropping the future of it before it returns leaves the subtest to the end of its suite.
///
/// ```
/// use async_test_suite::prelude::*;
///
/// #[suite(parallel)]
/// async fn clients() {
///     for i in 0..3 {
///         subtest!("client {i}", plan = 1, timeout = "5s", {
///             let port: u16 = "80".parse()?;
///             ok!(port > 0);
///         });
///     }
/// }
/// ```
///
/// # Panics
///
/// Outside of any suite, with a message that says what to do.
#[macro_export]
macro_rules! subtest {
    ($($tokens:tt)*) => { $crate::__rt::subtest_impl! { [$crate] $($tokens)* } };
}

/// Tells the current suite what to expect of itself: `plan!(3)`, `plan!(3, parallel)`, `plan!(skip_all = "no disk")`.
///
/// The keys are those of [`subtest!`] that are not about how it is started. It must come before the first test of the
/// suite; a plan that comes too late, or that names another number than the attribute did, fails the suite.
///
/// # Panics
///
/// Outside of any suite, with a message that says what to do.
#[macro_export]
macro_rules! plan {
    ($($tokens:tt)*) => { $crate::__rt::plan_impl! { [$crate] $($tokens)* } };
}

/// The `main` function of a test target with `harness = false`, or of an example: runs every suite of the binary on one
/// tokio runtime, under the command line of the built-in harness and some flags more (`--help` lists them).
///
/// Exit codes: 0 when nothing failed; 101 otherwise. With `--format tap` as TAP programs do: the number of failed tests
/// up to 254, and 255 for a run that was ended early.
#[macro_export]
macro_rules! main {
    () => {
        fn main() -> ::std::process::ExitCode {
            $crate::__rt::main()
        }
    };
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;

#[cfg(doctest)]
#[doc = include_str!("../docs/verifier.md")]
struct VerifierDoctests;
