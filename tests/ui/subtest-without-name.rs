use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!({
        ok!(true);
    });
    subtest!(async |t| {
        t.ok(true, "handle");
    });
    subtest!();
}

fn main() {}
