use std::sync::Arc;

use async_test_suite::verify_loop;

#[verify_loop(every = "5ms", gate, every = "6ms")]
async fn empty(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

fn main() {}
