use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    plan!("five");
    plan!(tests = "five");
    plan!(5 parallel);
    plan!(-5);
}

fn main() {}
