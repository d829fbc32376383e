use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!("reads", plan = 1, plan = 2, {
        ok!(true);
    });
    subtest!("writes", hidden, hidden, {
        ok!(true);
    });
}

fn main() {}
