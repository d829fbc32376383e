//! The first six decided points of the verifier: its life, the acknowledgement, the pace, the outcome of a round, rounds
//! that hang, and what a failure leads to. `docs/verifier.md` has the table of all points.

mod verifier_kit;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Again, Fault, Intercept, VerifierEvent, VerifierState, VerifyCause, VerifyVerdict};
use verifier_kit::*;

// ---- 1: life -------------------------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p01_the_table_of_states_and_events() {
    use VerifierEvent::{Finish, Start, Stop, Tick};
    use VerifierState::{Finished, Idle, Running};
    let mut grid = Vec::new();
    for state in [Idle, Running, Finished] {
        for event in [Start, Stop, Finish, Tick] {
            let system = System::new();
            let v = inv(system.clone()).todo("one that never starts fails, see point 8");
            match state {
                Idle => {}
                Running => v.start_job().await.unwrap(),
                Finished => {
                    v.start_job().await.unwrap();
                    v.finish().await;
                }
            }
            is!(v.state(), state);
            let looks = system.looks();
            let wrong = match event {
                Start => v.start_job().await.err().map(|error| error.is_state()),
                Stop => v.stop_job().await.err().map(|error| error.is_state()),
                Finish => {
                    v.finish().await;
                    None
                }
                Tick => {
                    sleep(25).await;
                    (system.looks() == looks).then_some(true)
                }
            };
            is!(
                wrong,
                state.after(event).is_none().then_some(true),
                "{event:?} when {state}"
            );
            is!(
                v.state(),
                state.after(event).unwrap_or(state),
                "after {event:?} when {state}"
            );
            grid.push(wrong.is_none());
            if v.state() == Running {
                // A wrong event has left the loop as it was.
                let looks = system.looks();
                sleep(25).await;
                ok!(system.looks() > looks, "it still looks");
            }
        }
    }
    is!(grid.len(), 12);
}

#[suite(start_paused = true)]
async fn p01_start_and_stop_alternate_finish_is_final_and_a_drop_finishes() {
    let seen = run(|_| async {
        let system = System::new();
        let v = inv(system.clone());
        for n in 1..=3 {
            v.start_job().await.unwrap();
            sleep(25).await;
            is!(v.stop_job().await.unwrap().len(), 3, "start {n}");
        }
        v.finish().await;
        v.finish().await;
        matches_ok!(v.start_job().await.unwrap_err().cause(), VerifyCause::State(_));
        let dropped = inv(system.clone()).name("dropped");
        dropped.start_job().await.unwrap();
        drop(dropped);
        sleep(100).await;
        let looks = system.looks();
        sleep(100).await;
        is!(system.looks(), looks, "nobody looks any more");
    })
    .await;
    is!(seen.verdict(), Verdict::Passed);
    is!(count(check(&seen, "inv"), "sessions"), 3);
    is!(check(&seen, "dropped").verdict, Verdict::Passed);
}

// ---- 2: acknowledgement --------------------------------------------------------------------------------------------

#[suite(flavor = "multi_thread", worker_threads = 2)]
async fn p02_the_first_round_is_certain_when_the_start_returns() {
    let system = System::new();
    let v = inv(system.clone());
    for n in 1..=200 {
        v.start_job().await.unwrap();
        let seen = v.stop_job().await.unwrap();
        if !ok!(!seen.is_empty(), "start {n} has looked") {
            break;
        }
    }
}

#[suite(start_paused = true)]
async fn p02_a_gate_waits_for_the_first_pass_and_is_told_apart() {
    let seen = run(|_| async {
        let v = scripted(Script::new("??.")).gate().name("slow");
        v.start_job().await.unwrap();
        is!(v.report().passed, 1, "the start has waited for the pass");
        v.stop_job().await.unwrap();
        let v = scripted(Script::new("?x")).gate();
        let error = v.start_job().await.unwrap_err();
        ok!(error.is_gate() && !error.is_violation());
        is!(error.error().map(String::as_str), Some("x"));
        is!(v.state(), VerifierState::Idle, "the start was taken back");
    })
    .await;
    like!(
        notes(check(&seen, "inv")),
        "the gate was not passed, so the set-up is at fault"
    );
    is!(check(&seen, "slow").verdict, Verdict::Passed);
}

#[suite(flavor = "multi_thread", worker_threads = 3)]
async fn p02_a_gate_that_fails_is_an_error_of_the_start_on_every_thread() {
    let seen = run(|_| async {
        let v = Verifier::new(|| async { Err::<(), _>("broken") }).gate().name("inv");
        let mut passed = 0;
        for _ in 0..500 {
            passed += u32::from(v.start_job().await.is_ok());
        }
        is!(passed, 0);
    })
    .await;
    is!(count(check(&seen, "inv"), "sessions"), 500);
}

// ---- 3: pace -------------------------------------------------------------------------------------------------------

/// Notes when its rounds begin, in milliseconds; each takes this long.
#[verify_loop(every = "10ms", name = "pace")]
async fn timed(began: Arc<Mutex<Vec<u128>>>, since: tokio::time::Instant, takes: u64) {
    began.lock().unwrap().push(since.elapsed().as_millis());
    sleep(takes).await;
}

#[suite(start_paused = true)]
async fn p03_the_delay_follows_the_round_and_ticks_follow_the_clock() {
    for (fixed_rate, takes, expected, late) in [
        (false, 0, [0, 10, 20, 30], 0),
        (false, 4, [0, 14, 28, 42], 0),
        (true, 4, [0, 10, 20, 30], 0),
        (true, 14, [0, 20, 40, 60], 3),
    ] {
        let began = Arc::new(Mutex::new(Vec::new()));
        let mut v = timed(began.clone(), tokio::time::Instant::now(), takes).rounds(4);
        if fixed_rate {
            v = v.fixed_rate();
        }
        v.start_job().await.unwrap();
        sleep(100).await;
        v.stop_job().await.unwrap();
        is!(
            *began.lock().unwrap(),
            expected,
            "fixed rate: {fixed_rate}, a round takes {takes} ms"
        );
        is!(v.report().late_ticks, late, "skipped ticks are counted");
    }
}

#[suite(start_paused = true)]
async fn p03_an_initial_delay_and_a_delay_that_a_round_asks_for() {
    let system = System::new();
    let v = inv(system.clone()).initial_delay(ms(50));
    v.start_job().await.unwrap();
    sleep(45).await;
    is!(system.looks(), 0);
    sleep(10).await;
    is!(system.looks(), 1);
    v.stop_job().await.unwrap();
    let round = AtomicU64::new(0);
    let v = Verifier::new(move || {
        let n = round.fetch_add(1, Ordering::SeqCst);
        async move {
            match n {
                0 => Again::after(ms(40)),
                1 => Round::<_, String>::pass(n).again_after(ms(200)),
                _ => Round::done(n),
            }
        }
    });
    v.start_job().await.unwrap();
    sleep(300).await;
    let seen = v.stop_job().await.unwrap();
    is!(seen[1].elapsed - seen[0].elapsed, ms(200));
}

#[suite(start_paused = true)]
async fn p03_jitter_belongs_to_the_seed() {
    async fn times(seed: u64) -> Vec<Duration> {
        let times = Arc::new(Mutex::new(Vec::new()));
        let result = times.clone();
        Intercept::new()
            .seed(seed)
            .run("inner", |_| async move {
                let v = verify_loop!(every = "100ms", jitter = 0.5, { true });
                v.start_job().await.unwrap();
                tokio::time::sleep(Duration::from_secs(2)).await;
                let seen = v.stop_job().await.unwrap();
                times.lock().unwrap().extend(seen.iter().map(|it| it.elapsed));
            })
            .await;
        Arc::try_unwrap(result).unwrap().into_inner().unwrap()
    }
    let first = times(7).await;
    is!(times(7).await, first.clone());
    isnt!(times(8).await, first.clone());
    ok!(first
        .windows(2)
        .all(|pair| (ms(50)..=ms(151)).contains(&(pair[1] - pair[0]))));
}

// ---- 4: the outcome of a round -------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p04_pass_fail_unknown_done_and_panic() {
    for (letters, passed, failed, unknown, verdict) in [
        ("...", 4, 0, 0, VerifyVerdict::Pass),
        (".x.", 1, 1, 0, VerifyVerdict::Fail),
        (".?.", 3, 0, 1, VerifyVerdict::Pass),
        ("..d", 3, 0, 0, VerifyVerdict::Pass),
        (".p.", 1, 1, 0, VerifyVerdict::Fail),
    ] {
        let v = scripted(Script::new(letters)).todo("its verdict is not what is tested");
        v.start_job().await.unwrap();
        sleep(35).await;
        v.stop_job().await.unwrap();
        let report = v.report();
        is!(
            (report.passed, report.failed, report.unknown),
            (passed, failed, unknown),
            "{letters}"
        );
        is!(report.verdict, verdict, "{letters}");
    }
}

#[suite(start_paused = true)]
async fn p04_a_panic_has_its_place_and_the_last_unknown_is_shown() {
    let seen = run(|_| async {
        let v = scripted(Script::new(".p"));
        v.start_job().await.unwrap();
        sleep(50).await;
        let error = v.stop_job().await.unwrap_err();
        matches_ok!(error.fault(), Some(Fault::Panicked(panic)) if panic.at.as_ref().is_some_and(|at| at.line > 0));
        let system = System::new();
        system.silence(true);
        let v = inv(system).name("silent");
        v.start_job().await.unwrap();
        sleep(15).await;
        matches_ok!(v.stop_job().await.unwrap_err().cause(), VerifyCause::Undecided);
    })
    .await;
    like!(
        notes(check(&seen, "inv")),
        r"panicked at tests/verifier_kit/mod.rs:\d+:\d+: a round that panics"
    );
    like!(notes(check(&seen, "silent")), "the last said: no answer to look 2");
    is!(seen.verdict(), Verdict::Failed);
}

// ---- 5: a hanging round --------------------------------------------------------------------------------------------

struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[verify_loop(round_timeout = "1s", name = "inv")]
async fn never_ends(gone: Arc<AtomicBool>) {
    let _gone = Gone(gone);
    std::future::pending::<()>().await;
}

#[suite(start_paused = true)]
async fn p05_a_round_that_waits_for_ever_is_dropped_after_its_limit() {
    let seen = run(|_| async {
        let gone = Arc::new(AtomicBool::new(false));
        let v = never_ends(gone.clone());
        v.start_job().await.unwrap();
        sleep(999).await;
        ok!(!gone.load(Ordering::SeqCst));
        let error = v.stop_job().await.unwrap_err();
        is!(error.fault(), Some(&Fault::TimedOut { limit: ms(1000) }));
        ok!(gone.load(Ordering::SeqCst), "its future was dropped");
    })
    .await;
    like!(
        notes(check(&seen, "inv")),
        "timed out: it had not ended after 1s and was dropped"
    );
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
async fn p05_a_round_that_blocks_its_thread_is_told_and_never_joined() {
    let (let_go, held) = mpsc::channel::<()>();
    let held = Arc::new(Mutex::new(held));
    let seen = run(|_| async move {
        let v = verify_loop!(name = "inv", round_timeout = "20ms", clone = [held], {
            let _ = held.lock().unwrap().recv();
        });
        v.start_job().await.unwrap();
        let error = v.stop_job().await.unwrap_err();
        matches_ok!(error.fault(), Some(Fault::Blocked { still: true, .. }));
        v.finish().await;
    })
    .await;
    like!(
        notes(check(&seen, "inv")),
        "it has been blocking its thread for .*; use `spawn_blocking`"
    );
    // Only now may it go on: everything above came back while it held its thread.
    drop(let_go);
}

// ---- 6: on fail ----------------------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p06_a_failure_ends_the_loop_and_comes_with_what_was_seen() {
    for (keep_going, rounds) in [(false, 3), (true, 6)] {
        let v = scripted(Script::new("..x..x")).todo("it breaks");
        let v = if keep_going { v.keep_going() } else { v };
        v.start_job().await.unwrap();
        sleep(55).await;
        v.stop_job().await.unwrap();
        is!(v.report().rounds, rounds, "keep_going: {keep_going}");
    }
    let seen = run(|_| async {
        let v = scripted(Script::new("..x"));
        v.start_job().await.unwrap();
        sleep(55).await;
        let error = v.stop_job().await.unwrap_err();
        ok!(error.is_violation());
        is!((error.round(), error.observations().len()), (Some(3), 2));
        is!(error.at(), Some(ms(20)));
    })
    .await;
    is!(count(check(&seen, "inv"), "failed"), 1);
}

#[suite(start_paused = true)]
async fn p06_fail_fast_ends_the_body_at_once_and_clean_ups_run() {
    let at = Arc::new(Mutex::new(None));
    let noted = at.clone();
    let began = tokio::time::Instant::now();
    let seen = run(move |t| async move {
        t.on_finish(async move {
            *noted.lock().unwrap() = Some(began.elapsed());
            pass!("cleaned");
        });
        let v = scripted(Script::new("..x")).fail_fast();
        v.start_job().await.unwrap();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        flunk!("the body went on");
    })
    .await;
    is!(check(&seen, "inv").verdict, Verdict::Failed);
    is!(check(&seen, "cleaned").verdict, Verdict::Passed);
    is!(count_of(&seen, "the body went on"), 0);
    is!(
        *at.lock().unwrap(),
        Some(ms(20)),
        "no later than the round that broke it"
    );
}

#[suite(start_paused = true)]
async fn p06_thresholds_in_a_row_and_by_share() {
    for (letters, after, ratio, broken_in) in [
        ("x.xx.xxx", 3, None, Some(8)),
        ("xx.xx.xx", 3, None, None),
        ("x?x?x...", 3, None, Some(5)),
        // The share is looked at when a round fails.
        ("xxx.x...", 1, Some(0.5), Some(5)),
        ("..x..x..", 1, Some(0.5), None),
    ] {
        let v = scripted(Script::new(letters)).after(after).min_rounds(4).todo("it may");
        let v = match ratio {
            Some(ratio) => v.ratio(ratio),
            None => v,
        };
        v.start_job().await.unwrap();
        sleep(75).await;
        v.stop_job().await.unwrap();
        is!(v.report().violation.map(|round| round.round), broken_in, "{letters}");
    }
}
