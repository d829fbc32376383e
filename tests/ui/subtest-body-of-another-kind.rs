use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!("text", "body");
    subtest!("closure", |t| {
        t.ok(true, "not a future");
    });
    subtest!("arguments", async |a, b| {
        ok!(true);
    });
    subtest!("head", async |t|);
    subtest!("type", |t| -> bool { true });
    subtest!("word", async 5);
}

fn main() {}
