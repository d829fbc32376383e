use async_test_suite::prelude::*;

#[suite(ignore, should_panic, spawned, instant, hidden)]
async fn storage() {}

#[suite(tests = 3, multi_thread, core_threads = 2, unhandled_panic = "ignore")]
async fn swapped() {}

fn main() {}
