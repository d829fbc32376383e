use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    let shared = std::rc::Rc::new(1);
    subtest!("reads", {
        is!(*shared, 1);
    });
}

fn main() {}
