use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!("reads", paralel, retries = 2, timeout = "5", {
        let number: u8 = "the body is still checked";
    });
}

fn main() {}
