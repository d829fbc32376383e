//! `subtest!`: a suite inside a suite. The macro is a procedural one; these are what it calls.

use std::future::Future;

use crate::invoke::{Invoke, Subtest, SubtestBody, here, start};
use crate::outcome::Outcome;
use crate::place::Place;
use crate::plan::Plan;
use crate::suite::Suite;

#[doc(hidden)]
#[track_caller]
pub fn subtest(name: String, plan: Plan, invoke: Invoke, body: SubtestBody) -> impl Future<Output = Subtest> + Send {
    let at = Place::caller();
    let parent = Suite::current_for("subtest!");
    start(parent, name, plan, invoke, at, body)
}

/// A subtest here and now, in the task of its parent, so that its body may borrow, and need not be `Send` where the
/// parent's is not.
#[doc(hidden)]
#[track_caller]
pub fn subtest_instant<F: Future<Output = Outcome>>(
    name: String,
    plan: Plan,
    invoke: Invoke,
    body: impl FnOnce(Suite) -> F,
) -> impl Future<Output = Subtest> {
    let at = Place::caller();
    let parent = Suite::current_for("subtest!");
    here(parent, name, plan, invoke, at, body)
}
