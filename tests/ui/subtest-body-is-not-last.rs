use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!(
        "reads",
        {
            ok!(true);
        },
        parallel
    );
    subtest!("writes" { ok!(true); });
}

fn main() {}
