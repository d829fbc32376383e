use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    let _ = verify_loop!(evry = "5ms", { true });
    let _ = verify_loop!(every = "5ms", every = "6ms", crate = other, { true });
}

fn main() {}
