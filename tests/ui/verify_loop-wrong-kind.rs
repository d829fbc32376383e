use std::sync::Arc;

use async_test_suite::verify_loop;

#[verify_loop(every = 5, jitter = "much", history = "all", eventually, last_round = 1, clock = CLOCK)]
async fn kinds(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

#[verify_loop(
    jitter = 1.5,
    ratio = 0.0,
    history = 0,
    after = 0,
    round_timeout = "0s",
    clock = "wall",
    name = ""
)]
async fn ranges(list: Arc<Vec<u8>>) -> bool {
    list.is_empty()
}

fn main() {}
