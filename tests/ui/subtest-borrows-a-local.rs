use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    let mut count = 0;
    let borrowed = &mut count;
    subtest!("counts", {
        *borrowed += 1;
    });
}

fn main() {}
