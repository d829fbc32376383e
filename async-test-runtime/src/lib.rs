//! The hub of async-test-suite. Use that crate; this one is where its code lives.
//!
//! # The road of one check
//!
//! `ok!(cond, "drained")` makes one call into [`mod@rt`], which finds the current suite, sends an [`event::Event`]
//! with a [`claim::Claim`] and returns whether it held. The hub's thread hands the event to the ledger, which judges
//! and counts it and answers with [`record::Record`]s; these go to the [`report::Reporter`]s, and what they render is
//! written at once. Modules are listed from the lowest floor up; a module uses those above it in this list only.

// floor 0: words
pub mod claim;
pub mod error;
mod escape;
pub mod event;
pub mod ids;
mod json;
pub mod options;
pub mod outcome;
pub mod place;
pub mod plan;
pub mod record;
pub mod round;
pub mod stage;

// floor 1: judgement
mod amnesty;
mod diff;
mod filter;
mod ledger;
mod order;
pub mod settle;
mod shard;
mod structure;
mod tags;

// floor 2: ears
pub mod hook;
mod replay;
pub mod report;

// floor 3: machinery
mod activity;
mod aside;
mod boot;
mod bundles;
mod cancel;
mod capture;
mod clock;
mod condition;
mod context;
mod drive;
mod dump;
mod hub;
mod invoke;
mod jobs;
mod manager;
mod ours;
mod panic;
mod pulse;
mod query;
mod queue;
mod registry;
mod runtime;
mod settings;
mod signals;
mod spare;
mod spawn;
mod spec;
mod stray;
mod suite;
#[cfg(feature = "tracing")]
pub mod tracing;
mod turn;
mod verify;

// floor 4: what people call
#[doc(hidden)]
pub mod rt;
mod run;
mod tools;

#[doc(hidden)]
pub use rt as __rt;

pub use cancel::Cause;
pub use claim::{Claim, Detail, Figure};
pub use hook::Bundle;
pub use invoke::{Invoke, NewSuite, Subtest};
pub use manager::{JobManager, JobPromise};
pub use plan::{Condition, Plan};
pub use report::Reporter;
pub use round::{
    Again, BadDuration, IntoDuration, Mode, Observation, ReturnedFalse, Round, RoundOutcome, VerifierEvent,
    VerifierState, VerifySpec, parse_duration,
};
pub use run::intercept::{Intercept, Intercepted};
pub use settle::{Blame, FailedRound, Interval, Latency, Seen, VerifyReport, VerifyVerdict};
pub use spawn::{Job, JobError};
pub use stage::Stage;
pub use suite::Suite;
pub use tools::proclaim::TestResult;
pub use verify::{DuringOutput, Fault, Verifier, VerifyCause, VerifyError};
