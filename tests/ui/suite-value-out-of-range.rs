use async_test_suite::prelude::*;

#[suite(test_jobs = 0, repeat = 0, timeout = "0s", todo = "", tags(""))]
async fn nothing() {}

#[suite(plan = 99999999999999999999)]
async fn too_many() {}

#[suite(flavor = "multi_thread", worker_threads = 0)]
async fn no_workers() {}

fn main() {}
