use std::sync::Arc;

use async_test_suite::verify_loop;

#[verify_loop(fail_fast, keep_going)]
async fn both(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

#[verify_loop(sometimes, never)]
async fn two_modes(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

#[verify_loop(fixed_rate)]
async fn no_rate(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

#[verify_loop(min_rounds = 5, rounds = 3)]
async fn too_few(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

fn main() {}
