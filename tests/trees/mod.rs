//! Random trees of suites, a model of what must come of them, and the hub held against the model.

#![allow(dead_code, unreachable_pub, reason = "two test programs use different parts of it")]

pub mod compare;
pub mod drive;
pub mod farm;
pub mod generate;
pub mod model;
mod settle;
pub mod shrink;
mod start;
pub mod tree;
mod walk;

use std::sync::Arc;

use compare::{Seen, compare};
use drive::Flavor;
use model::Outcome;
use tree::Tree;

/// Runs a tree through the hub once; what differs from the model.
pub fn disagreements(tree: &Arc<Tree>, flavor: Flavor) -> Vec<String> {
    let (seen, told) = drive::run(tree, flavor);
    let seen = match Seen::new(&seen, told) {
        Ok(seen) => seen,
        Err(wrong) => return wrong,
    };
    compare(&Outcome::of(tree, &seen.raws()), &seen)
}
