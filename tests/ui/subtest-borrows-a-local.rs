use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    let list = vec![1];
    subtest!("reads", async {
        let first = &list[0];
        is!(*first, 1);
    });
    let mut count = 0;
    let borrowed = &mut count;
    subtest!("counts", { *borrowed += 1; });
}

fn main() {}
