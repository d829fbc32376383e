use async_test_suite::prelude::*;

#[suite(paralel)]
async fn nearly() {}

#[suite(owner = "team")]
async fn not_at_all() {}

fn main() {}
