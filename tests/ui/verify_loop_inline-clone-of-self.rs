use async_test_suite::prelude::*;

struct Store;

impl Store {
    async fn watch(&self) {
        use async_test_suite::inline::verify_loop;
        let _ = verify_loop!(clone = [self], { true });
    }
}

fn main() {}
