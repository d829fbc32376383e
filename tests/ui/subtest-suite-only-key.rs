use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!("reads", retries = 2, serial, flavor = "multi_thread", {
        ok!(true);
    });
    subtest!("writes", name = "w", ignore, {
        ok!(true);
    });
}

fn main() {}
