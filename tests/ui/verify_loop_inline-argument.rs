use async_test_suite::prelude::*;

#[suite]
async fn storage() {
    let _ = verify_loop!(async |t| { true });
    let _ = verify_loop!({ true }, every = "5ms");
}

fn main() {}
