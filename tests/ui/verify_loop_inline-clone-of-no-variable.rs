use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    let list = std::sync::Arc::new(vec![1]);
    let _ = verify_loop!(clone = [list.len()], { true });
    let _ = verify_loop!(clone, { true });
}

fn main() {}
