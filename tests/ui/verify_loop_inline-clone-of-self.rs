use async_test_suite::inline::verify_loop;

struct Store;

impl Store {
    async fn watch(&self) {
        let _ = verify_loop!(clone = [self], { true });
    }
}

fn main() {}
