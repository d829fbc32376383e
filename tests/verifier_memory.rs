//! The memory of verifiers, counted by the allocator of this binary: it does not grow with the number of rounds.
//!
//! `VERIFIER_ROUNDS` says how many rounds are made instead of ten million, which take some ten seconds without
//! optimisation.

mod verifier_kit;

use std::alloc::System as Heap;
use std::time::Duration;

use async_test_suite::prelude::*;
use cap::Cap;
use verifier_kit::*;

#[global_allocator]
static COUNTED: Cap<Heap> = Cap::new(Heap, usize::MAX);

const MIB: usize = 1 << 20;

#[suite(plan = 2, timeout = "10m")]
async fn memory_does_not_grow_with_the_rounds() {
    subtest!("one verifier for very many rounds", plan = 2, timeout = "10m", {
        let rounds = std::env::var("VERIFIER_ROUNDS").map_or(10_000_000, |text| text.parse().expect("a number"));
        let mut n = 0_u64;
        let v = Verifier::new(move || {
            n += 1;
            std::future::ready(Ok::<_, String>(n))
        })
        .every(Duration::ZERO);
        v.start_job().await.unwrap();
        // Until the history is full.
        while v.report().dropped == 0 {
            sleep(1).await;
        }
        let before = COUNTED.allocated();
        let mut most = before;
        while v.report().rounds < rounds {
            sleep(10).await;
            most = most.max(COUNTED.allocated());
        }
        let grown = most.saturating_sub(before);
        diag!("{rounds} rounds: {before} bytes in all before, {grown} more at most");
        cmp_ok!(grown, <, 8 * MIB);
    });
    subtest!("a thousand at once", plan = 1 + 1_000, timeout = "10m", {
        let before = COUNTED.allocated();
        let all: Vec<_> = (0..1_000)
            .map(|_| inv(System::new()).every(ms(5)).history(16))
            .collect();
        for v in &all {
            v.start_job().await.unwrap();
        }
        while all.iter().any(|v| v.report().rounds < 20) {
            sleep(20).await;
        }
        let started = COUNTED.allocated().saturating_sub(before);
        while all.iter().any(|v| v.report().rounds < 60) {
            sleep(20).await;
        }
        let grown = COUNTED.allocated().saturating_sub(before);
        diag!("1000 verifiers: {started} bytes after 20 rounds each, {grown} after 60");
        cmp_ok!(grown, <, 32 * MIB, "32 KiB each, with a history of 16 observations");
    });
}
