use std::sync::Arc;

use async_test_suite::verify_loop;

#[verify_loop(evry = "5ms")]
async fn nearly(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

#[verify_loop(colour)]
async fn not_at_all(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

fn main() {}
