use async_test_suite::prelude::*;

#[suite(keys())]
async fn empty() {}

#[suite(keys(owner))]
async fn no_value() {}

#[suite(keys("owner" = 1))]
async fn text() {}

#[suite(keys(owner = team(), since = 'a', owner = 2, parallel = true))]
async fn several() {}

fn main() {}
