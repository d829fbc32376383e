//! What verifiers hold: the difference of the peak resident memory, each case in a process of its own.

use std::time::Duration;

use async_test_suite::{Suite, Verifier};

use super::{round, show};

const ROUNDS: u64 = 10_000_000;
const MANY: u64 = 1_000;

/// The cases by the name that the process is started with.
pub(crate) const CASES: [(&str, &str); 4] = [
    ("one", "one verifier, 10,000,000 rounds"),
    ("one_default", "one verifier, 4,096 rounds: its history is full"),
    ("many", "1,000 verifiers at once, 100 rounds each"),
    (
        "many_full",
        "1,000 verifiers at once, 5,000 rounds each: every history is full",
    ),
];

pub(crate) async fn measure(t: Suite, case: String) {
    let (verifiers, rounds) = match case.as_str() {
        "one" => (1, ROUNDS),
        "one_default" => (1, 4_096),
        "many" => (MANY, 100),
        _ => (MANY, 5_000),
    };
    let Some(before) = peak() else { return };
    let all: Vec<Verifier<u64, String>> = (0..verifiers)
        .map(|_| {
            let verifier = t.sync_scope(|| Verifier::new(round));
            verifier.every(Duration::ZERO).last_round(false).rounds(rounds)
        })
        .collect();
    for verifier in &all {
        verifier.start_job().await.expect("it is idle");
    }
    for verifier in &all {
        while verifier.report().rounds < rounds {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let Some(after) = peak() else { return };
    let more = after.saturating_sub(before);
    let text = CASES
        .iter()
        .find(|(name, _)| *name == case)
        .map_or("", |(_, text)| text);
    show(&format!(
        "memory: {text}: {} kB, {:.1} kB for each",
        more,
        more as f64 / verifiers as f64
    ));
    for verifier in all {
        verifier.stop_job().await.expect("it holds");
        verifier.finish().await;
    }
}

/// The most that this process held so far, in kB; known on Linux only.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
