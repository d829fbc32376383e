use async_test_suite::prelude::*;

#[suite]
async fn number() -> u8 {
    3
}

#[suite]
fn plain_number() -> u8 {
    3
}

fn main() {}
