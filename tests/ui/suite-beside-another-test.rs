use async_test_suite::prelude::*;

#[suite]
#[tokio::test]
async fn above() {}

#[suite]
#[test]
fn plain() {}

fn main() {}
