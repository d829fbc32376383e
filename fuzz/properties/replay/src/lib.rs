//! Streams of events, as `--replay` takes them, through the runtime's own sources: what is read back, what each format
//! makes of it, and what must hold of both. A property panics where it does not.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    missing_debug_implementations,
    reason = "the sources are those of a larger crate"
)]

mod damage;
mod holds;

pub use damage::damaged;
pub use holds::{Again, played};

#[path = "../../../../async-test-core/src"]
mod source {
    pub mod amnesty;
    pub mod claim;
    pub mod diff;
    pub mod error;
    pub mod escape;
    pub mod event;
    pub mod ids;
    pub mod json;
    pub mod ledger;
    pub mod options;
    pub mod outcome;
    pub mod place;
    pub mod plan;
    pub mod record;
    pub mod replay;
    pub mod report;
    pub mod round;
    pub mod settle;
    pub mod stage;
}

use source::*;
