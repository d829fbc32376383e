use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    let _ = verify_loop!(every = "5ms");
    let _ = verify_loop!();
}

fn main() {}
