use async_test_suite::prelude::*;

#[suite]
async fn number() -> u8 {
    3
}

#[suite]
fn verdict() -> bool {
    true
}

fn main() {}
