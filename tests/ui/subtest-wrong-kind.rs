use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!("reads", plan = "three", timeout = 5, spawned = 1, todo = 3, {
        ok!(true);
    });
    subtest!("writes", plan, tags = "net", when = true, keys(owner), {
        ok!(true);
    });
}

fn main() {}
