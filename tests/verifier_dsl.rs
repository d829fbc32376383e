//! The verifier as its documentation writes it, through the macros.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::settle::VerifyVerdict;
use async_test_suite::{Intercept, VerifierState, VerifyError};

#[derive(Default)]
struct Cluster {
    leaders: AtomicU32,
    term: AtomicU64,
    looks: AtomicU64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Term(u64);

#[derive(Debug)]
#[allow(dead_code, reason = "read through Debug")]
struct SplitBrain {
    leaders: u32,
}

fn cluster() -> Arc<Cluster> {
    let cluster = Arc::new(Cluster::default());
    cluster.leaders.store(1, Ordering::SeqCst);
    cluster
}

impl Cluster {
    fn look(&self) -> Result<Term, SplitBrain> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        match self.leaders.load(Ordering::SeqCst) {
            1 => Ok(Term(self.term.load(Ordering::SeqCst))),
            leaders => Err(SplitBrain { leaders }),
        }
    }
}

#[verify_loop(every = "5ms", round_timeout = "1s", fail_fast)]
async fn one_leader(cluster: Arc<Cluster>) -> Result<Term, SplitBrain> {
    tokio::task::yield_now().await;
    cluster.look()
}

#[verify_loop(every = "5ms")]
async fn is_led(cluster: Arc<Cluster>) -> bool {
    cluster.look().is_ok()
}

#[verify_loop(every = "5ms", sometimes)]
async fn seen_split(cluster: Arc<Cluster>) -> Round<u32, String> {
    match cluster.leaders.load(Ordering::SeqCst) {
        0 => Round::unknown("nobody answers"),
        1 => Round::fail("one".to_owned()),
        n => Round::done(n),
    }
}

#[suite(start_paused = true, plan = 1)]
async fn start_stop_finish() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let cluster = cluster();
    let v: Verifier<Term, SplitBrain> = one_leader(cluster.clone());
    assert_eq!(v.state(), VerifierState::Idle);
    v.start_job().await?;
    tokio::time::sleep(Duration::from_millis(22)).await;
    cluster.term.store(7, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(11)).await;
    let seen: Vec<Observation<Term>> = v.stop_job().await?;
    v.finish().await;
    let terms: Vec<Term> = seen.iter().map(|it| it.data).collect();
    assert_eq!(terms, [[Term(0); 5].as_slice(), &[Term(7); 2]].concat());
    assert_eq!(v.report().verdict, VerifyVerdict::Pass);
    Ok(())
}

#[suite(start_paused = true)]
async fn around_one_future() -> Result<(), VerifyError<Term, SplitBrain>> {
    let cluster = cluster();
    let seen = one_leader(cluster.clone())
        .during(async {
            tokio::time::sleep(Duration::from_millis(12)).await;
        })
        .await?;
    is!(seen.len(), 3);
    is!(cluster.looks.load(Ordering::SeqCst), 3);
    Ok(())
}

#[suite(start_paused = true)]
async fn inline_forms() {
    let cluster = cluster();
    let v = verify_loop!(every = "5ms", clone = [cluster], async {
        let term = cluster.look().map_err(|split| format!("{split:?}"))?;
        Ok(term)
    });
    v.start_job().await.unwrap();
    tokio::time::sleep(Duration::from_millis(12)).await;
    is!(v.stop_job().await.unwrap().len(), 3);
    v.finish().await;
    let led = verify_loop!(name = "led", rounds = 2, clone = [cluster], { cluster.look().is_ok() });
    led.start_job().await.unwrap();
    eventually!("the rounds are done", within = "1s", { led.report().rounds == 2 });
    led.stop_job().await.unwrap();
    let by_hand = Verifier::new(move || {
        let cluster = cluster.clone();
        async move { cluster.look() }
    });
    by_hand.start_job().await.unwrap();
}

#[suite]
async fn a_violation_says_what_the_reader_needs() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            let cluster = cluster();
            let v = one_leader(cluster.clone());
            v.start_job().await.unwrap();
            let inner = cluster.clone();
            subtest!("partition", {
                inner.leaders.store(2, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(3600)).await;
            });
        })
        .await;
    is!(seen.verdict(), Verdict::Failed);
    let checks = seen.checks("inner");
    let check = checks.iter().find(|check| check.label == "one_leader").unwrap();
    let notes = check.detail.as_ref().unwrap().notes.join("\n");
    like!(
        notes,
        r"^broken in round \d+, \S+s after the suite began: SplitBrain \{ leaders: 2 \}"
    );
    like!(notes, r"running then: inner/partition");
    like!(check.at.file, "verifier_dsl.rs$");
    let tap = seen.render("tap");
    like!(tap, r"(?m)^    not ok \d - one_leader$");
    for key in [
        "rounds",
        "failed",
        "unknown",
        "first_failure_at",
        "longest_gap",
        "latency_p50",
        "running",
    ] {
        ok!(tap.contains(key), "TAP names {key}");
    }
}

#[suite(start_paused = true)]
async fn modes_and_rounds() {
    let cluster = cluster();
    let v = seen_split(cluster.clone());
    v.start_job().await.unwrap();
    let led = is_led(cluster.clone()).keep_going().after(100);
    led.start_job().await.unwrap();
    tokio::time::sleep(Duration::from_millis(12)).await;
    cluster.leaders.store(0, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(10)).await;
    cluster.leaders.store(3, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(10)).await;
    let seen = v.stop_job().await.unwrap();
    is!(seen.len(), 1);
    is!(seen[0].data, 3);
    let report = v.report();
    is!((report.passed, report.failed, report.unknown), (1, 3, 2));
    is!(report.intervals.len(), 3);
}

#[suite(start_paused = true)]
async fn eventually_and_consistently() {
    let cluster = cluster();
    ok!(consistently!("one leader", for = "1s", every = "20ms", { cluster.look().is_ok() }));
    is!(cluster.looks.load(Ordering::SeqCst), 51);
    let inner = cluster.clone();
    let job = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(90)).await;
        inner.term.store(2, Ordering::SeqCst);
    });
    let before = tokio::time::Instant::now();
    eventually!("a second term", within = "5s", every = "20ms", {
        let term = cluster.look()?.0;
        match term {
            2 => Ok(()),
            _ => Err(SplitBrain { leaders: 1 }),
        }
    });
    is!(before.elapsed(), Duration::from_millis(100));
    job.await.unwrap();
}
