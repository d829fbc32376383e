//! The protocol of the verifier under a concurrency checker: its own source, on shims of what it uses of tokio.
//!
//! Every scenario is played in many random orders of its tasks. What is explored: the orders between all operations on
//! the two `Notify`s, timers, yields, and calls into the suite. What is not: the memory order of the atomics, and the
//! points between two operations on the book and the atomics that have none of those between them.
//!
//! `SHUTTLE_ITERATIONS` says how many orders are tried.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the sources are those of a library"
)]

// The sources say `tokio::`, and this crate is what they find under that name.
extern crate self as tokio;

#[path = "verifier_shuttle/scenarios.rs"]
mod scenarios;
#[path = "verifier_shuttle/shims.rs"]
mod shims;
#[path = "verifier_shuttle/world.rs"]
mod world;

pub(crate) use shims::spawn;
pub(crate) use world::{cancel, clock, context, event, panic, report, suite};

pub(crate) mod sync {
    pub(crate) use crate::shims::Notify;
}

pub(crate) mod time {
    pub(crate) use crate::shims::{Instant, Sleep, sleep_until};
}

pub(crate) mod task {
    pub(crate) use crate::shims::{consume_budget, yield_now};
}

pub(crate) mod runtime {
    pub(crate) use crate::shims::{Handle, RuntimeFlavor};
}

#[path = "../async-test-core/src"]
mod core_source {
    pub(crate) mod claim;
    pub(crate) mod error;
    pub(crate) mod escape;
    pub(crate) mod ids;
    pub(crate) mod outcome;
    pub(crate) mod place;
    pub(crate) mod round;
    pub(crate) mod settle;
    pub(crate) mod stage;
}

#[path = "../async-test-runtime/src"]
mod source {
    pub(crate) mod verify {
        mod attempt;
        mod batch;
        mod closing;
        mod control;
        mod during;
        mod error;
        mod fault;
        mod landing;
        mod note;
        mod rest;
        mod shared;
        mod task;
        mod timing;
        mod verdict;
        mod wait;
        mod watchdog;

        pub(crate) use control::Leave;
        pub(crate) use error::{VerifyCause, VerifyError};
        pub(crate) use shared::Core;
        pub(crate) use task::Make;
    }
}

pub(crate) use core_source::{claim, error, escape, ids, outcome, place, round, settle, stage};
pub(crate) use source::verify;

fn explore(scenario: fn()) {
    let iterations = std::env::var("SHUTTLE_ITERATIONS").map_or(2_000, |text| text.parse().expect("a number"));
    // One at a time: some of the scenarios differ in what the clock does.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    shuttle::check_random(scenario, iterations);
}

macro_rules! explored {
    ($($scenario:ident)*) => {$(
        #[test]
        fn $scenario() {
            explore(scenarios::$scenario);
        }
    )*};
}

explored! {
    alternates
    everybody_at_once
    two_stops
    stop_beside_a_violation
    a_gate_that_fails
    a_handle_that_goes
    the_last_round
    patience_runs_out
}
