use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!("reads", paralel, {
        ok!(true);
    });
    subtest!("writes", colour = "red", {
        ok!(true);
    });
}

fn main() {}
