//! How verifiers end: with their suite, whatever ended that (point 7), and what it takes to have looked (point 8). Then
//! the mistakes that loops of this kind make, each tried.

mod verifier_kit;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Intercept, Plan, VerifyCause, VerifyVerdict};
use verifier_kit::*;

// ---- 7: the end of the suite ---------------------------------------------------------------------------------------

/// Notes its name in each round that is made after the body.
#[verify_loop(every = "1h")]
async fn noting(name: &'static str, over: Arc<AtomicBool>, log: Arc<Mutex<Vec<&'static str>>>) {
    if over.load(Ordering::SeqCst) {
        log.lock().unwrap().push(name);
    }
}

#[suite(start_paused = true)]
async fn p07_the_end_of_the_suite_stops_in_reverse_order_of_start() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let noted = log.clone();
    let seen = run(|_| async move {
        let over = Arc::new(AtomicBool::new(false));
        let all = ["first", "second", "third"].map(|name| noting(name, over.clone(), noted.clone()).name(name));
        for index in [1, 0, 2] {
            all[index].start_job().await.unwrap();
        }
        sleep(10).await;
        over.store(true, Ordering::SeqCst);
        Suite::current().on_finish(async move { drop(all) });
    })
    .await;
    is!(*log.lock().unwrap(), ["third", "first", "second"]);
    is!(seen.end().tally.run, 3);
}

#[suite(start_paused = true)]
async fn p07_the_last_round_closes_the_gap_between_the_last_look_and_the_end() {
    for last_round in [true, false] {
        let seen = run(move |_| async move {
            let system = System::new();
            let v = inv(system.clone())
                .every(Duration::from_secs(3600))
                .last_round(last_round);
            v.start_job().await.unwrap();
            sleep(5).await;
            // Nobody would look at this for an hour.
            system.break_it(true);
        })
        .await;
        is!(check(&seen, "inv").verdict == Verdict::Failed, last_round);
        is!(count(check(&seen, "inv"), "rounds"), 1 + u64::from(last_round));
    }
}

#[verify_loop(every = "10ms", name = "inv")]
async fn slow(ended: Arc<AtomicBool>) {
    sleep(30).await;
    ended.store(true, Ordering::SeqCst);
}

#[suite(start_paused = true)]
async fn p07_the_round_in_flight_is_finished_and_clean_ups_come_after_it() {
    let seen = run(|t| async move {
        let ended = Arc::new(AtomicBool::new(false));
        let v = slow(ended.clone()).last_round(false);
        t.on_finish(async move {
            is!(ended.load(Ordering::SeqCst), true, "the round has ended");
        });
        v.start_job().await.unwrap();
        sleep(5).await;
    })
    .await;
    is!(count(check(&seen, "inv"), "rounds"), 1);
    is!(seen.verdict(), Verdict::Passed);
}

#[suite(start_paused = true)]
async fn p07_what_it_found_is_told_when_the_run_is_cut_short() {
    for broken in [true, false] {
        let seen = run(move |_| async move {
            let system = System::new();
            let v = inv(system.clone());
            v.start_job().await.unwrap();
            sleep(25).await;
            system.break_it(broken);
            sleep(10).await;
            bail_out!("no disk");
            std::future::pending::<()>().await;
        })
        .await;
        is!(seen.run_end().bailed_out.as_deref(), Some("no disk"));
        is!(check(&seen, "inv").verdict == Verdict::Failed, broken);
    }
}

#[suite(start_paused = true)]
async fn p07_one_that_could_not_be_started_any_more_is_skipped() {
    let seen = Intercept::new()
        .plan(Plan::new().timeout(ms(20)))
        .run("inner", |_| async {
            let v = inv(System::new());
            std::future::pending::<()>().await;
            v.start_job().await.unwrap();
        })
        .await;
    matches_ok!(&check(&seen, "inv").verdict, Verdict::Skipped(_));
}

// ---- 8: it must have looked ----------------------------------------------------------------------------------------

#[suite(start_paused = true)]
async fn p08_a_start_without_a_completed_round_fails() {
    let seen = run(|_| async {
        let v = inv(System::new())
            .initial_delay(Duration::from_secs(1))
            .last_round(false);
        v.start_job().await.unwrap();
        matches_ok!(v.stop_job().await.unwrap_err().cause(), VerifyCause::NoRound);
    })
    .await;
    like!(notes(check(&seen, "inv")), "did not complete a single round");
}

#[suite(start_paused = true)]
async fn p08_one_that_was_never_started_fails() {
    let seen = run(|_| async {
        let _made = inv(System::new());
    })
    .await;
    like!(notes(check(&seen, "inv")), "it was made and never started");
    is!(seen.verdict(), Verdict::Failed);
}

#[suite(start_paused = true)]
async fn p08_min_rounds_and_max_gap() {
    for (min_rounds, waited, holds) in [(3, 25, true), (4, 25, false)] {
        let seen = run(move |_| async move {
            let v = inv(System::new()).min_rounds(min_rounds);
            v.start_job().await.unwrap();
            sleep(waited).await;
            is!(v.stop_job().await.is_ok(), holds);
        })
        .await;
        is!(
            check(&seen, "inv").verdict == Verdict::Passed,
            holds,
            "at least {min_rounds}"
        );
    }
    for (every, holds) in [(40, true), (60, false)] {
        let seen = run(move |_| async move {
            let v = inv(System::new()).every(ms(every)).max_gap(ms(50));
            v.start_job().await.unwrap();
            sleep(3 * every).await;
            let cause = v.stop_job().await.map_err(|error| error.into_cause());
            is!(
                matches!(cause, Err(VerifyCause::Gap { allowed, .. }) if allowed == ms(50)),
                !holds
            );
        })
        .await;
        is!(
            check(&seen, "inv").verdict == Verdict::Passed,
            holds,
            "every {every} ms"
        );
    }
}

// ---- the five mistakes ---------------------------------------------------------------------------------------------

/// A verdict without a look: the time is over before the first check has come back, and the test is green.
#[suite(start_paused = true)]
async fn mistake_1_no_verdict_without_a_completed_round() {
    let seen = run(|_| async {
        // Stopped before the first look, in every mode.
        let late = || inv(System::new()).initial_delay(ms(500)).last_round(false);
        let all = [
            late().name("always"),
            late().name("never").never(),
            late().name("sometimes").sometimes(),
        ];
        for v in &all {
            v.start_job().await.unwrap();
            sleep(100).await;
            v.stop_job().await.unwrap_err();
        }
        // A first look that takes longer than all the time there is.
        let hangs = async || std::future::pending::<bool>().await;
        ok!(!eventually!("eventually", within = "100ms", { hangs().await }));
        ok!(!consistently!("consistently", for = "100ms", { hangs().await }));
    })
    .await;
    for name in ["always", "never", "sometimes", "eventually", "consistently"] {
        is!(check(&seen, name).verdict, Verdict::Failed, "{name}");
    }
}

/// A check that never comes back hangs the test, or is left behind when the test goes on.
#[suite(start_paused = true)]
async fn mistake_2_a_hung_check_neither_hangs_the_test_nor_leaks_a_task() {
    let alive = Arc::new(());
    let weak: Weak<()> = Arc::downgrade(&alive);
    let seen = run(|_| async move {
        let v = verify_loop!(name = "inv", round_timeout = "1m", clone = [alive], async {
            std::future::pending::<()>().await;
            drop(alive);
            Ok(())
        });
        v.start_job().await.unwrap();
        sleep(5).await;
        // Neither stopped nor finished: the suite has to do it.
    })
    .await;
    is!(check(&seen, "inv").verdict, Verdict::Failed);
    is!(weak.strong_count(), 0, "nothing of the round is left");
    let handle = tokio::runtime::Handle::current();
    tokio::task::yield_now().await;
    // This suite's own task may be counted or not; that of the loop is gone.
    ok!(handle.metrics().num_alive_tasks() <= 1, "no task is left");
}

/// A panic inside a check takes the loop's thread with it: the wait for it hangs, or nobody hears of it.
#[suite(start_paused = true)]
async fn mistake_3_a_panic_inside_a_check_neither_hangs_nor_passes() {
    for (letters, mode) in [("p", 'a'), (".p", 'a'), ("p", 'n'), ("p", 's'), ("p", 'k')] {
        let seen = run(move |_| async move {
            let v = scripted(Script::new(letters));
            let v = match mode {
                'n' => v.never(),
                // Nothing but this round, so that it has to pass or to fail by it.
                's' => v.sometimes().rounds(1),
                'k' => v.keep_going(),
                _ => v,
            };
            v.start_job().await.unwrap();
            sleep(5).await;
            if mode != 'a' {
                v.stop_job().await.unwrap_err();
            }
        })
        .await;
        is!(check(&seen, "inv").verdict, Verdict::Failed, "{letters} in mode {mode}");
        like!(notes(check(&seen, "inv")), "panicked");
    }
}

/// A verifier is made, the start is forgotten, and the test is green because nothing looked.
#[suite(start_paused = true)]
async fn mistake_4_one_that_is_never_started_fails_its_suite() {
    for how in ["dropped", "finished", "left to the end"] {
        let seen = run(move |t| async move {
            let v = inv(System::new());
            match how {
                "dropped" => drop(v),
                "finished" => v.finish().await,
                _ => t.on_finish(async move { drop(v) }),
            }
            pass!("the test itself");
        })
        .await;
        is!(seen.verdict(), Verdict::Failed, "{how}");
        is!(check(&seen, "inv").verdict, Verdict::Failed, "{how}");
    }
}

/// Data that is missing is taken for a violation, or for a pass.
#[suite(start_paused = true)]
async fn mistake_5_missing_data_is_neither_a_violation_nor_a_pass() {
    for (letters, after, verdict) in [
        (".???.", 1, VerifyVerdict::Pass),
        ("?????", 1, VerifyVerdict::Unknown),
        // It neither breaks a row of failures nor lengthens it.
        ("x?x..", 3, VerifyVerdict::Pass),
        ("x?xx.", 3, VerifyVerdict::Fail),
    ] {
        let seen = run(move |_| async move {
            let v = scripted(Script::new(letters)).after(after).rounds(5);
            v.start_job().await.unwrap();
            sleep(100).await;
            is!(v.stop_job().await.is_ok(), verdict == VerifyVerdict::Pass);
            is!(v.report().verdict, verdict, "{letters}");
        })
        .await;
        is!(
            check(&seen, "inv").verdict == Verdict::Passed,
            verdict == VerifyVerdict::Pass,
            "{letters}"
        );
    }
}
