use async_test_suite::prelude::*;

#[suite(crate = 3)]
async fn number() {}

#[suite(crate = "not a path")]
async fn words() {}

fn main() {}
