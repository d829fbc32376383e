use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    plan!(5, name = "storage", spawned);
}

fn main() {}
