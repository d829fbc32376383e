use async_test_suite::prelude::*;

trait Storage {
    #[suite]
    async fn storage();
}

fn main() {}
