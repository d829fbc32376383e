use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!("reads", { 3 });
    subtest!("writes", { let n: u8 = "3".parse()?; n });
}

fn main() {}
