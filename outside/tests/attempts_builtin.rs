// A suite that passes at its second attempt.

use std::sync::atomic::{AtomicU32, Ordering};

use async_test_suite::prelude::*;

#[suite(retries = 2)]
async fn flaky() {
    static ATTEMPT: AtomicU32 = AtomicU32::new(1);
    let attempt = ATTEMPT.fetch_add(1, Ordering::Relaxed);
    subtest!("reads", {
        is!(attempt, 2, "it was flushed");
    });
}
