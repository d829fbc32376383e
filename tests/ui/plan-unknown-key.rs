use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    plan!(5, paralel);
    plan!(retries = 2);
}

fn main() {}
