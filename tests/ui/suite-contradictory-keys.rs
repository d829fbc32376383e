use async_test_suite::prelude::*;

#[suite(retries = 2, repeat = 3)]
async fn tried_again_and_again() {}

#[suite(worker_threads = 2)]
async fn workers_of_nothing() {}

#[suite(flavor = "current_thread", worker_threads = 2)]
async fn workers_of_one_thread() {}

#[suite(flavor = "multi_thread", start_paused = true)]
async fn paused_threads() {}

fn main() {}
