use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    plan!();
}

fn main() {}
