//! What a verifier keeps and tells: memory, back-pressure, figures, blame, blind windows, time (points 9 to 14).

mod verifier_kit;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use async_test_suite::event::{Event, EventKind, Telemetry};
use async_test_suite::prelude::*;
use async_test_suite::record::{Record, Verdict};
use async_test_suite::{Bundle, Intercepted, Seen, VerifierState, VerifyVerdict};
use verifier_kit::*;

// ---- 9: bounded memory ---------------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p09_the_newest_observations_are_kept_and_the_rest_is_counted() {
    let v = verify_loop!(every = "1ms", history = 16, { Ok::<_, String>(()) });
    v.start_job().await.unwrap();
    sleep(99).await;
    let seen = v.stop_job().await.unwrap();
    is!((seen.len(), v.report().dropped), (16, 84));
    is!(
        seen.iter().map(|it| it.round).collect::<Vec<_>>(),
        (85..=100).collect::<Vec<u64>>()
    );
}

#[suite(start_paused = true)]
async fn p09_equal_rounds_are_folded_and_every_transition_is_kept() {
    let v = scripted(Script::new("...xx??.x")).keep_going().todo("it breaks");
    v.start_job().await.unwrap();
    sleep(105).await;
    v.stop_job().await.unwrap();
    let report = v.report();
    let folded: Vec<_> = report
        .intervals
        .iter()
        .map(|it| (it.seen, it.first_round, it.rounds))
        .collect();
    use Seen::{Fail, Pass, Unknown};
    let expected = [
        (Pass, 1, 3),
        (Fail, 4, 2),
        (Unknown, 6, 2),
        (Pass, 8, 1),
        (Fail, 9, 1),
        (Pass, 10, 2),
    ];
    is!(folded, expected);
    is!((report.transitions, report.intervals_dropped), (5, 0));
}

#[suite(start_paused = true)]
async fn p09_any_number_of_transitions_stays_bounded() {
    let n = AtomicU64::new(0);
    let v = Verifier::new(move || {
        let n = n.fetch_add(1, Ordering::SeqCst);
        async move { if n % 2 == 0 { Ok(n) } else { Err("x".repeat(5_000)) } }
    })
    .every(ms(1))
    .keep_going()
    .todo("every other round fails");
    v.start_job().await.unwrap();
    sleep(9_999).await;
    v.stop_job().await.unwrap();
    let report = v.report();
    is!((report.rounds, report.transitions), (10_000, 9_999));
    is!(report.intervals.len() as u64 + report.intervals_dropped, 10_000);
    let words = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len());
    let kept: usize = report
        .intervals
        .iter()
        .map(|it| size_of_val(it) + words(&it.first_reason) + words(&it.last_reason))
        .sum();
    cmp_ok!(kept, <, 1 << 20, "bytes");
}

#[suite(start_paused = true)]
async fn p09_latency_is_a_histogram() {
    let n = AtomicU64::new(0);
    let v = Verifier::new(move || {
        let takes = n.fetch_add(1, Ordering::SeqCst) % 100 + 1;
        async move {
            sleep(takes).await;
            true
        }
    })
    .rounds(100);
    v.start_job().await.unwrap();
    sleep(20_000).await;
    v.stop_job().await.unwrap();
    let it = v.report().latency;
    is!((it.min, it.max), (ms(1), ms(100)));
    for (what, percentile, exact) in [("p50", it.p50, 50.0), ("p90", it.p90, 90.0), ("p99", it.p99, 99.0)] {
        is_approx!(percentile.as_secs_f64() * 1e3, exact, rel = 0.07, "{what}");
    }
    is_approx!(it.mean.as_secs_f64() * 1e3, 50.5, rel = 0.001);
}

// ---- 10: back-pressure ---------------------------------------------------------------------------------------------

/// Holds the hub up while it is told to, once it has met the progress of the verifier `slow hub`.
#[derive(Default)]
struct Holdup;

static HELD: Mutex<bool> = Mutex::new(false);
static LET_GO: Condvar = Condvar::new();

impl Bundle for Holdup {
    fn on_event(&mut self, event: &Event) {
        if matches!(&event.kind, EventKind::Telemetry(Telemetry::Rounds { verifier, .. }) if verifier == "slow hub") {
            let held = HELD.lock().unwrap();
            drop(LET_GO.wait_while(held, |held| *held).unwrap());
        }
    }
}

async_test_suite::register_bundle!(Holdup);

fn progress(seen: &Intercepted, name: &str) -> usize {
    let of_it = |record: &&Record| matches!(record, Record::Telemetry(_, Telemetry::Rounds { verifier, .. }) if verifier == name);
    seen.records().iter().filter(of_it).count()
}

#[suite]
async fn p10_the_verifier_never_waits_for_a_slow_reporter() {
    *HELD.lock().unwrap() = true;
    let seen = run(|_| async {
        let n = AtomicU64::new(0);
        let v = Verifier::new(move || {
            let holds = n.fetch_add(1, Ordering::SeqCst) % 2 == 0;
            async move { holds }
        })
        .name("slow hub")
        .every(Duration::ZERO)
        .keep_going();
        v.start_job().await.unwrap();
        // Each round is a transition, and many more than the queue has places for are made while nobody reads it.
        while v.report().rounds < 5_000 {
            tokio::task::yield_now().await;
        }
        let error = v.stop_job().await.unwrap_err();
        *HELD.lock().unwrap() = false;
        LET_GO.notify_all();
        ok!(error.is_violation());
    })
    .await;
    let rounds = count(check(&seen, "slow hub"), "rounds");
    is!(
        count(check(&seen, "slow hub"), "transitions"),
        rounds - 1,
        "none is lost in the figures"
    );
    cmp_ok!(progress(&seen, "slow hub") as u64, <, rounds);
}

#[suite(start_paused = true)]
async fn p10_progress_is_sampled_and_transitions_are_told() {
    let seen = run(|_| async {
        let v = scripted(Script::new("..x..x....."))
            .every(ms(1))
            .keep_going()
            .name("rare");
        v.start_job().await.unwrap();
        sleep(1_000).await;
        v.stop_job().await.unwrap_err();
    })
    .await;
    is!(count(check(&seen, "rare"), "rounds"), 1_001);
    // Four transitions, and one in 100 ms.
    is!(progress(&seen, "rare"), 4 + 9);
}

// ---- 11: what it returns -------------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p11_observations_and_the_report() {
    let system = System::new();
    sleep(30).await;
    let v = inv(system.clone());
    is!(v.report().verdict, VerifyVerdict::Unknown, "also before the start");
    v.start_job().await.unwrap();
    sleep(15).await;
    is!(
        (v.report().state, v.report().rounds),
        (VerifierState::Running, 2),
        "also while it runs"
    );
    system.silence(true);
    sleep(10).await;
    let seen = v.stop_job().await.unwrap();
    is!(
        seen.iter().map(|it| (it.round, it.data)).collect::<Vec<_>>(),
        [(1, 1), (2, 2)]
    );
    is!(seen.iter().map(|it| it.elapsed).collect::<Vec<_>>(), [ms(30), ms(40)]);
    is!(seen[1].timestamp.duration_since(seen[0].timestamp).unwrap(), ms(10));
    v.finish().await;
    sleep(100).await;
    let report = v.report();
    is!(
        (report.rounds, report.passed, report.failed, report.unknown),
        (3, 2, 0, 1)
    );
    is!(
        (report.verdict, report.dropped, report.first_failure),
        (VerifyVerdict::Pass, 0, None)
    );
    is!((report.intervals.len(), report.longest_gap), (2, ms(15)));
    is!((report.latency.max, report.own_cost), (ms(0), 0.0));
}

#[suite(start_paused = true)]
async fn p11_the_cost_is_the_time_in_rounds_over_the_time_of_the_test() {
    let v = verify_loop!(every = "30ms", {
        sleep(10).await;
        true
    });
    v.start_job().await.unwrap();
    sleep(390).await;
    v.stop_job().await.unwrap();
    v.finish().await;
    let report = v.report();
    is!(report.rounds, 10);
    is_approx!(report.own_cost, 100.0 / 390.0, abs = 1e-9);
}

// ---- 12: blame -----------------------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p12_what_ran_then_and_what_changed_since_the_last_good_round() {
    let seen = run(|t| async move {
        let system = System::new();
        let v = inv(system.clone()).every(ms(100));
        subtest!("before", { sleep(5).await });
        v.start_job().await.unwrap();
        sleep(10).await;
        t.spawn(async { sleep(500).await });
        subtest!("quick", { sleep(5).await });
        subtest!("guilty", {
            system.break_it(true);
            sleep(200).await;
        });
        subtest!("after", { sleep(5).await });
    })
    .await;
    let check = check(&seen, "inv");
    like!(notes(check), r"running then: .*inner/guilty");
    like!(notes(check), r"running then: .*job at tests/verifier_figures.rs");
    like!(
        notes(check),
        "since the last good round: began inner/quick, ended inner/quick, began inner/guilty"
    );
    unlike!(notes(check), "inner/before|inner/after");
}

#[suite(start_paused = true)]
async fn p12_each_break_has_its_own_blame() {
    let system = System::new();
    let v = inv(system.clone()).keep_going().todo("it breaks twice");
    v.start_job().await.unwrap();
    for name in ["one", "two"] {
        let inner = system.clone();
        subtest!("{name}", {
            sleep(25).await;
            inner.break_it(true);
            sleep(25).await;
            inner.break_it(false);
            sleep(15).await;
        });
    }
    v.stop_job().await.unwrap();
    let intervals = v.report().intervals;
    let blamed: Vec<String> = intervals
        .iter()
        .filter_map(|it| Some(it.blame.as_ref()?.running.join(" ")))
        .collect();
    let path = Suite::current().path().to_owned();
    is!(blamed, [format!("{path}/one"), format!("{path}/two")]);
}

// ---- 13: blind windows ---------------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p13_the_longest_gap_the_share_covered_and_the_subtests_never_seen() {
    let seen = run(|_| async {
        let v = inv(System::new()).every(ms(100)).last_round(false);
        subtest!("early", { sleep(100).await });
        v.start_job().await.unwrap();
        sleep(10).await;
        subtest!("between", { sleep(10).await });
        subtest!("seen", { sleep(180).await });
        v.stop_job().await.unwrap();
        subtest!("late", { sleep(100).await });
        v.finish().await;
        let report = v.report();
        is!(report.unseen, ["inner/early", "inner/between", "inner/late"]);
        is!(report.longest_gap, ms(100));
        is_approx!(report.covered, 200.0 / 400.0, abs = 1e-9);
    })
    .await;
    is!(seen.verdict(), Verdict::Passed);
    like!(seen.render("tap"), "unseen");
}

// ---- 14: time ------------------------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p14_a_paused_clock_makes_an_hour_of_rounds_in_no_time() {
    let v = inv(System::new()).every(Duration::from_secs(1));
    v.start_job().await.unwrap();
    sleep(3_600_500).await;
    is!(v.stop_job().await.unwrap().len(), 3_601);
}

#[suite(start_paused = true)]
async fn p14_the_real_clock_goes_on_where_the_other_is_paused() {
    let began = tokio::time::Instant::now();
    let system = System::new();
    let v = verify_loop!(every = "1ms", clock = "real", clone = [system], { system.look() });
    v.start_job().await.unwrap();
    while v.report().rounds < 3 {
        tokio::task::yield_now().await;
    }
    is!(began.elapsed(), Duration::ZERO, "tokio's clock stands still");
    v.stop_job().await.unwrap();
}

#[suite(start_paused = true)]
async fn p14_bounds_can_be_counts() {
    let system = System::new();
    let v = inv(system.clone()).rounds(7);
    v.start_job().await.unwrap();
    sleep(1_000).await;
    is!(system.looks(), 7);
    is!(v.stop_job().await.unwrap().len(), 7);
    ok!(consistently!("five looks", rounds = 5, for = "1h", every = "1ms", { system.look().split_ok() }));
    is!(system.looks(), 12);
}

trait SplitOk {
    fn split_ok(self) -> bool;
}

impl SplitOk for Round<u64, String> {
    fn split_ok(self) -> bool {
        matches!(self, Round::Pass(_))
    }
}
