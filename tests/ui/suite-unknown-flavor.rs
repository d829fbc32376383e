use async_test_suite::prelude::*;

#[suite(flavor = "single")]
async fn single() {}

#[suite(flavor = "local")]
async fn local() {}

fn main() {}
