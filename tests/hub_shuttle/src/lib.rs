//! The queue, the handle of a suite, passing checks on their way, the ledger and the job manager, from their own sources,
//! and what many do with them at once. See `tests/hub_shuttle.rs`.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the sources are those of a larger library"
)]

// The sources say `std::` and `tokio::`. This is what they find under these names.
extern crate self as tokio;
extern crate std_under_shuttle as std;
#[macro_use]
extern crate std as real_std;
extern crate tokio as real_tokio;

pub mod held_scenarios;
pub mod job_scenarios;
pub mod queue_scenarios;
pub mod suite_scenarios;
mod tasks;
mod world;

// ---- tokio ---------------------------------------------------------------------------------------------------------

pub(crate) use real_tokio::time;

pub(crate) mod sync {
    pub(crate) use crate::tasks::Notify;
    pub(crate) use real_tokio::sync::{OwnedSemaphorePermit, Semaphore};
}

pub(crate) mod runtime {
    pub(crate) use crate::tasks::Handle;
}

pub(crate) mod task {
    pub(crate) use crate::tasks::Task as AbortHandle;
}

// ---- the runtime ---------------------------------------------------------------------------------------------------

pub(crate) use world::{capture, clock, condition, hub, options, ours, report, stray};

#[path = "../../../async-test-core/src"]
mod core_source {
    pub mod amnesty;
    pub mod claim;
    pub mod error;
    pub mod escape;
    pub mod event;
    pub mod filter;
    pub mod ids;
    pub mod ledger;
    pub mod order;
    pub mod outcome;
    pub mod place;
    pub mod plan;
    pub mod record;
    pub mod stage;
    pub mod tags;
}

#[path = "../../../async-test-runtime/src"]
mod source {
    pub mod activity;
    pub mod aside;
    pub mod cancel;
    pub mod jobs;
    pub mod pulse;
    pub mod queue;
    pub mod settings;
    pub mod suite;
    pub mod turn;
}

use core_source::{
    amnesty, claim, error, escape, event, filter, ids, ledger, order, outcome, place, plan, record, stage, tags,
};
use source::{activity, aside, cancel, jobs, pulse, queue, settings, suite, turn};
