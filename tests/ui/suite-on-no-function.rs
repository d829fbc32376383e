use async_test_suite::prelude::*;

#[suite]
struct Storage;

#[suite]
mod storage {}

fn main() {}
