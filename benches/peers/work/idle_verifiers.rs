use std::time::Duration;

use async_test_suite::prelude::*;

async_test_suite::main!();

fn number(name: &str) -> u64 {
    std::env::var(name).expect(name).parse().expect("a number")
}

async fn round() -> Result<u64, String> {
    Ok(7)
}

#[suite]
async fn started_before() {
    let all: Vec<Verifier<u64, String>> = (0..number("PEERS_SIZE"))
        .map(|_| Verifier::new(round).every(Duration::from_secs(3600)).last_round(false))
        .collect();
    for verifier in &all {
        verifier.start_job().await.expect("it is idle");
    }
    tokio::time::sleep(Duration::from_secs(number("PEERS_SECONDS"))).await;
    for verifier in &all {
        verifier.finish().await;
    }
    ok!(true, "waited");
}
