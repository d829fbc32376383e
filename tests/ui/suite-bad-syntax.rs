use async_test_suite::prelude::*;

#[suite("storage")]
async fn text_first() {}

#[suite(plan = , parallel random, timeout = +)]
async fn punctuation() {}

fn main() {}
