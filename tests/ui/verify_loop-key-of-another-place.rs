use std::sync::Arc;

use async_test_suite::verify_loop;

#[verify_loop(mode = "always", interval = "5ms", timeout = "1s", delay = "1s", clone = [list], plan = 3)]
async fn empty(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

fn main() {}
