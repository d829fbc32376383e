//! A testing DSL for asynchronous Rust: plans, dynamic subtests, checks that do not end the test, TODO markers, and
//! invariants that are watched while the test runs.

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

/// A suite inside of the current suite.
#[macro_export]
macro_rules! subtest {
    ($($tokens:tt)*) => { $crate::__rt::subtest_impl! { [$crate] $($tokens)* } };
}

/// Tells the current suite what to expect of itself.
#[macro_export]
macro_rules! plan {
    ($($tokens:tt)*) => { $crate::__rt::plan_impl! { [$crate] $($tokens)* } };
}

/// The `main` function of a test target with `harness = false`.
#[macro_export]
macro_rules! main {
    () => {
        fn main() -> ::std::process::ExitCode {
            $crate::__rt::main()
        }
    };
}
