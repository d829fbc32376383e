use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    plan!(5, plan = 6);
    plan!(5, tests = 6);
}

fn main() {}
