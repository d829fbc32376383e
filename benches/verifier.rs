//! The verifier beside the loop that one would write by hand: a spawned task, a watch channel, a `Vec`.
//!
//! `cargo bench --bench verifier` prints medians of pairs that were measured one after the other, and their ratios. The
//! hand-written loop keeps what an observation holds, the value and its time; it has no time limit, no statistics, no
//! bound on its memory, and a panic in it is lost.

use std::future::Future;
use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use async_test_suite::{Intercept, Suite, Verifier};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

const PAIRS: usize = 15;
const SPAN: Duration = Duration::from_millis(200);
const CYCLES: usize = 2_000;

/// How the hand-written loop lets others run between two rounds.
#[derive(Clone, Copy)]
enum Pause {
    Yield,
    Budget,
}

/// The loop as one would write it.
struct Hand {
    stop: watch::Sender<bool>,
    task: JoinHandle<Vec<(u64, SystemTime)>>,
}

impl Hand {
    async fn start<F: Future<Output = Result<u64, String>> + Send>(
        round: impl Fn() -> F + Send + 'static,
        pause: Pause,
    ) -> Hand {
        let (stop, stopped) = watch::channel(false);
        let (begun, acknowledged) = oneshot::channel();
        let task = tokio::spawn(async move {
            let _ = begun.send(());
            let mut seen = Vec::new();
            loop {
                match round().await {
                    Ok(value) => seen.push((value, SystemTime::now())),
                    Err(_) => return seen,
                }
                if *stopped.borrow() {
                    return seen;
                }
                match pause {
                    Pause::Yield => tokio::task::yield_now().await,
                    Pause::Budget => tokio::task::consume_budget().await,
                }
            }
        });
        let _ = acknowledged.await;
        Hand { stop, task }
    }

    async fn stop(self) -> Vec<(u64, SystemTime)> {
        let _ = self.stop.send(true);
        self.task.await.unwrap_or_default()
    }
}

fn round() -> impl Future<Output = Result<u64, String>> + Send {
    async { Ok(black_box(7)) }
}

fn ours(t: &Suite) -> Verifier<u64, String> {
    t.sync_scope(|| Verifier::new(round))
        .every(Duration::ZERO)
        .last_round(false)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn rate(rounds: usize, span: Duration) -> f64 {
    rounds as f64 / span.as_secs_f64()
}

async fn rounds_by_hand(pause: Pause) -> f64 {
    let began = Instant::now();
    let hand = Hand::start(round, pause).await;
    tokio::time::sleep(SPAN).await;
    let seen = hand.stop().await;
    rate(seen.len(), began.elapsed())
}

async fn rounds_of_ours(t: &Suite) -> f64 {
    let verifier = ours(t);
    let began = Instant::now();
    verifier.start_job().await.expect("it is idle");
    tokio::time::sleep(SPAN).await;
    let seen = verifier.stop_job().await.expect("it holds");
    black_box(&seen);
    let span = began.elapsed();
    let rounds = verifier.report().rounds;
    verifier.finish().await;
    rate(usize::try_from(rounds).unwrap_or(usize::MAX), span)
}

/// Microseconds to start and to stop, medians over many cycles of about a millisecond.
async fn latency_by_hand() -> (f64, f64) {
    let (mut starts, mut stops) = (Vec::new(), Vec::new());
    for _ in 0..CYCLES {
        let began = Instant::now();
        let hand = Hand::start(round, Pause::Budget).await;
        starts.push(began.elapsed().as_secs_f64() * 1e6);
        tokio::task::yield_now().await;
        let began = Instant::now();
        black_box(hand.stop().await);
        stops.push(began.elapsed().as_secs_f64() * 1e6);
    }
    (median(starts), median(stops))
}

async fn latency_of_ours(t: &Suite) -> (f64, f64) {
    let verifier = ours(t);
    let (mut starts, mut stops) = (Vec::new(), Vec::new());
    for _ in 0..CYCLES {
        let began = Instant::now();
        verifier.start_job().await.expect("it is idle");
        starts.push(began.elapsed().as_secs_f64() * 1e6);
        tokio::task::yield_now().await;
        let began = Instant::now();
        black_box(verifier.stop_job().await.expect("it holds"));
        stops.push(began.elapsed().as_secs_f64() * 1e6);
    }
    verifier.finish().await;
    (median(starts), median(stops))
}

async fn measure(t: Suite, flavor: &'static str) {
    let (mut mine, mut yields, mut budgets) = (Vec::new(), Vec::new(), Vec::new());
    let (mut start, mut stop) = (Vec::new(), Vec::new());
    let (mut hand_start, mut hand_stop) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        mine.push(rounds_of_ours(&t).await);
        yields.push(rounds_by_hand(Pause::Yield).await);
        budgets.push(rounds_by_hand(Pause::Budget).await);
        let (a, b) = latency_of_ours(&t).await;
        let (c, d) = latency_by_hand().await;
        start.push(a);
        stop.push(b);
        hand_start.push(c);
        hand_stop.push(d);
    }
    let ratio = |ours: &[f64], other: &[f64]| median(ours.iter().zip(other).map(|(a, b)| a / b).collect());
    let rows = [
        format!(
            "{flavor}: rounds per second: ours {:.2} M, by hand with yield_now {:.2} M (ratio {:.2}), with consume_budget {:.2} M (ratio {:.2})",
            median(mine.clone()) / 1e6,
            median(yields.clone()) / 1e6,
            ratio(&mine, &yields),
            median(budgets.clone()) / 1e6,
            ratio(&mine, &budgets),
        ),
        format!(
            "{flavor}: start acknowledged: ours {:.2} µs, by hand {:.2} µs (ratio {:.2}); stop returned: ours {:.2} µs, by hand {:.2} µs (ratio {:.2})",
            median(start.clone()),
            median(hand_start.clone()),
            ratio(&start, &hand_start),
            median(stop.clone()),
            median(hand_stop.clone()),
            ratio(&stop, &hand_stop),
        ),
    ];
    for row in rows {
        show(&row);
    }
}

#[allow(clippy::print_stdout, reason = "a benchmark prints")]
fn show(row: &str) {
    println!("{row}");
}

fn main() {
    // `cargo test --all-targets` runs benchmarks with this flag missing: building them is all that is wanted then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let flavors = [
        ("current_thread", tokio::runtime::Builder::new_current_thread()),
        ("multi_thread", tokio::runtime::Builder::new_multi_thread()),
    ];
    for (name, mut builder) in flavors {
        let runtime = builder.enable_all().build().expect("a runtime can be started");
        runtime.block_on(Intercept::new().run("bench", move |t| measure(t, name)));
    }
}
