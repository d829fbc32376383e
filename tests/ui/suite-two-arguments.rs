use async_test_suite::prelude::*;

#[suite]
async fn storage(t: Suite, url: String) {
    let _ = (t, url);
}

fn main() {}
