use async_test_suite::prelude::*;

#[suite(
    plan = "x",
    parallel = 3,
    todo,
    start_paused = 1,
    timeout = 30,
    tags = "net",
    keys = "owner"
)]
async fn literals() {}

#[suite(test_jobs = 2.5, retries = -1, repeat = 3u8, job_timeout, skip_all = true, random(1), name = 'n')]
async fn more_literals() {}

#[suite(plan = count(), timeout = limit * 2, flavor = FLAVOR)]
async fn computed() {}

fn main() {}
