use async_test_suite::prelude::*;

struct Store;

impl Store {
    #[suite]
    async fn storage(&self) {}
}

fn main() {}
