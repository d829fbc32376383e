use async_test_suite::prelude::*;

#[suite]
async fn storage(url: &str) {
    let _ = url;
}

fn main() {}
