//! Random trees of suites end as a simple model says.

#[path = "trees/mod.rs"]
mod trees;

use trees::{disagreements, farm};

/// `TREES_COUNT` says how many trees are run, `TREES_SEED` runs one of them many times.
#[test]
fn random_trees_end_as_the_model_says() {
    let seeds = farm::seeds(farm::variable(farm::COUNT).unwrap_or(10_000));
    if let Some(wrong) = farm::run(&seeds, disagreements) {
        panic!("{}", farm::report(&wrong));
    }
}
