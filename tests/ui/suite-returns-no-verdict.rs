use async_test_suite::prelude::*;

struct Verdict;

#[suite]
async fn verdict() -> Verdict {
    Verdict
}

#[suite]
fn verdict_plain() -> Verdict {
    Verdict
}

struct Refused;

#[suite]
async fn refused() -> Result<(), Refused> {
    Ok(())
}

#[suite]
fn refused_plain() -> Result<(), Refused> {
    Ok(())
}

fn main() {}
