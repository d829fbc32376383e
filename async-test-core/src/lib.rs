//! What async-test-suite says, how it judges and how it reports: its words, the ledger and the reporters, without tokio and
//! without the time. Use `async-test-suite` instead of this crate; what is hidden here may change in any release.
//!
//! It is a crate of its own so that it compiles beside tokio. Modules are listed from the lowest floor up; a module uses
//! those above it in this list only.

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
#[doc(hidden)]
pub mod diff;
#[doc(hidden)]
pub mod filter;
#[doc(hidden)]
pub mod ledger;
#[doc(hidden)]
pub mod order;
pub mod settle;
#[doc(hidden)]
pub mod shard;
#[doc(hidden)]
pub mod structure;
#[doc(hidden)]
pub mod tags;

// floor 2: ears
pub mod hook;
#[doc(hidden)]
pub mod replay;
pub mod report;
