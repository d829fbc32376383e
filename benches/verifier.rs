//! The verifier beside the loop that one would write by hand: a spawned task, a watch channel, a `Vec`.
//!
//! `cargo bench --bench verifier` prints medians of pairs that were measured one after the other, and their ratios, on
//! an idle runtime and on one where a task that only yields keeps every worker busy. Then it prints what verifiers
//! hold in memory. The hand-written loop keeps what an observation holds, the value and its time; it has no time limit,
//! no statistics, no bound on its memory, and a panic in it is lost.
//!
//! `-- ours` and `-- hand` run only the loop of that side for some seconds, for a profiler.

#[path = "verifier/hand.rs"]
mod hand;
#[path = "verifier/memory.rs"]
mod memory;

use std::future::Future;
use std::hint::black_box;
use std::time::{Duration, Instant};

use async_test_suite::{Intercept, Suite, Verifier};
use tokio::task::JoinHandle;

use self::hand::{Hand, Pause};

const PAIRS: usize = 15;
const SPAN: Duration = Duration::from_millis(200);
const CYCLES: usize = 1_000;

#[allow(clippy::manual_async_fn, reason = "an `async fn` says nothing of `Send`")]
fn round() -> impl Future<Output = Result<u64, String>> + Send {
    async { Ok(black_box(7)) }
}

fn ours(t: &Suite) -> Verifier<u64, String> {
    t.sync_scope(|| Verifier::new(round))
        .every(Duration::ZERO)
        .last_round(false)
}

/// The value below which this share of them lies.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}

fn rate(rounds: usize, span: Duration) -> f64 {
    rounds as f64 / span.as_secs_f64() / 1e6
}

fn micros(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
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

/// Microseconds of many starts and stops.
#[derive(Default)]
struct Latencies {
    starts: Vec<f64>,
    stops: Vec<f64>,
}

async fn latency_by_hand(cycles: usize) -> Latencies {
    let mut all = Latencies::default();
    for _ in 0..cycles {
        let began = Instant::now();
        let hand = Hand::start(round, Pause::Budget).await;
        all.starts.push(micros(began));
        tokio::task::yield_now().await;
        let began = Instant::now();
        black_box(hand.stop().await);
        all.stops.push(micros(began));
    }
    all
}

async fn latency_of_ours(t: &Suite, cycles: usize) -> Latencies {
    let verifier = ours(t);
    let mut all = Latencies::default();
    for _ in 0..cycles {
        let began = Instant::now();
        verifier.start_job().await.expect("it is idle");
        all.starts.push(micros(began));
        tokio::task::yield_now().await;
        let began = Instant::now();
        black_box(verifier.stop_job().await.expect("it holds"));
        all.stops.push(micros(began));
    }
    verifier.finish().await;
    all
}

/// The two sides of one figure, pair by pair.
#[derive(Default)]
struct Pairs {
    ours: Vec<f64>,
    hand: Vec<f64>,
}

impl Pairs {
    fn add(&mut self, ours: f64, hand: f64) {
        self.ours.push(ours);
        self.hand.push(hand);
    }

    fn row(&self, unit: &str) -> String {
        let ratios: Vec<f64> = self
            .ours
            .iter()
            .zip(&self.hand)
            .map(|(ours, hand)| ours / hand)
            .collect();
        format!(
            "ours {:.2} {unit}, by hand {:.2} {unit} (ratio {:.2})",
            quantile(&self.ours, 0.5),
            quantile(&self.hand, 0.5),
            quantile(&ratios, 0.5)
        )
    }
}

/// Tasks that do nothing but give way, one for each worker.
fn load(workers: usize) -> Vec<JoinHandle<()>> {
    let busy = || async {
        loop {
            tokio::task::yield_now().await;
        }
    };
    (0..workers).map(|_| tokio::spawn(busy())).collect()
}

async fn measure(t: Suite, runtime: String, busy: usize) {
    let load = load(busy);
    let (mut yields, mut budgets) = (Pairs::default(), Pairs::default());
    let [mut start, mut late_start, mut stop, mut late_stop] = [const {
        Pairs {
            ours: Vec::new(),
            hand: Vec::new(),
        }
    }; 4];
    for _ in 0..PAIRS {
        let mine = rounds_of_ours(&t).await;
        yields.add(mine, rounds_by_hand(Pause::Yield).await);
        budgets.add(mine, rounds_by_hand(Pause::Budget).await);
        let mine = latency_of_ours(&t, CYCLES).await;
        let hand = latency_by_hand(CYCLES).await;
        for (pairs, share) in [(&mut start, 0.5), (&mut late_start, 0.99)] {
            pairs.add(quantile(&mine.starts, share), quantile(&hand.starts, share));
        }
        for (pairs, share) in [(&mut stop, 0.5), (&mut late_stop, 0.99)] {
            pairs.add(quantile(&mine.stops, share), quantile(&hand.stops, share));
        }
    }
    show(&format!("{runtime}: rounds per second, yield_now: {}", yields.row("M")));
    show(&format!(
        "{runtime}: rounds per second, consume_budget: {}",
        budgets.row("M")
    ));
    show(&format!("{runtime}: start acknowledged, p50: {}", start.row("µs")));
    show(&format!("{runtime}: start acknowledged, p99: {}", late_start.row("µs")));
    show(&format!("{runtime}: stop returned, p50: {}", stop.row("µs")));
    show(&format!("{runtime}: stop returned, p99: {}", late_stop.row("µs")));
    for task in load {
        task.abort();
    }
}

/// Only one side, for a profiler.
async fn only(t: Suite, side: String) {
    for _ in 0..20 {
        let rate = match side.as_str() {
            "ours" => rounds_of_ours(&t).await,
            "hand" => rounds_by_hand(Pause::Budget).await,
            "ours_cycles" => quantile(&latency_of_ours(&t, 10 * CYCLES).await.stops, 0.5),
            _ => quantile(&latency_by_hand(10 * CYCLES).await.stops, 0.5),
        };
        show(&format!("{side}: {rate:.2}"));
    }
}

#[allow(clippy::print_stdout, reason = "a benchmark prints")]
fn show(row: &str) {
    println!("{row}");
}

fn runtime(threads: bool) -> tokio::runtime::Runtime {
    let mut builder = if threads {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    builder.enable_all().build().expect("a runtime can be started")
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` runs benchmarks with this flag missing: building them is all that is wanted then.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let cases: Vec<String> = arguments
        .into_iter()
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let threads = cases.iter().any(|case| case == "threads");
    if let Some(case) = cases.into_iter().next() {
        let is_memory = memory::CASES.iter().any(|(name, _)| *name == case);
        runtime(threads).block_on(Intercept::new().run("bench", move |t| async move {
            if is_memory {
                memory::measure(t, case).await;
            } else {
                only(t, case).await;
            }
        }));
        return;
    }
    for threads in [false, true] {
        let workers = if threads {
            std::thread::available_parallelism().map_or(1, usize::from)
        } else {
            1
        };
        for busy in [0, workers] {
            let name = format!(
                "{}{}",
                if threads { "multi_thread" } else { "current_thread" },
                if busy > 0 { ", loaded" } else { "" }
            );
            runtime(threads).block_on(Intercept::new().run("bench", move |t| measure(t, name, busy)));
        }
    }
    let program = std::env::current_exe().expect("the program has a path");
    for (case, _) in memory::CASES {
        let child = std::process::Command::new(&program).args(["--bench", case]).status();
        assert!(child.is_ok_and(|status| status.success()), "the case {case} ends well");
    }
}
