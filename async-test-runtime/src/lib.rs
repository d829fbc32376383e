//! The hub of async-test-suite. Use that crate; this one is where its code lives.
//!
//! # The road of one check
//!
//! `ok!(cond, "drained")` makes one call into [`mod@rt`], which finds the current suite, sends an [`event::Event`]
//! with a [`claim::Claim`] and returns whether it held. The hub's thread hands the event to the ledger, which judges
//! and counts it and answers with [`record::Record`]s; these go to the [`report::Reporter`]s, and what they render is
//! written at once. What is said, judged and reported is in the crate `async-test-core`. Modules are listed from the
//! lowest floor up; a module uses those above it in this list only.

// floors 0 to 2: a crate of their own
pub use async_test_core::{
    claim, error, event, hook, ids, options, outcome, place, plan, record, report, round, settle, stage,
};
use async_test_core::{diff, filter, ledger, order, replay, shard, structure, tags};

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
pub use outcome::Ends;
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
pub use tools::child::{IntoCommand, Program};
pub use tools::proclaim::TestResult;
pub use verify::{DuringOutput, Fault, Verifier, VerifyCause, VerifyError};
