use async_test_suite::prelude::*;

#[suite(plan = 1, parallel, plan = 2)]
async fn storage() {}

fn main() {}
