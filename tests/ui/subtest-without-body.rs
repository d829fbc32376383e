use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    subtest!("reads");
    subtest!("writes", parallel);
    subtest!("syncs", plan = 3,);
}

fn main() {}
