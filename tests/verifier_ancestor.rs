//! What the ancestor promised, a Go package called `verifier`: rows B1 to B9 of the seed map, and its five promises
//! beside a port of it.

mod verifier_kit;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use async_test_suite::error::ErrorKind;
use async_test_suite::prelude::*;
use async_test_suite::record::Verdict;
use async_test_suite::{Fault, Plan, VerifierEvent, VerifierState, VerifyCause};
use verifier_kit::*;

#[suite(start_paused = true)]
async fn b01_it_is_made_idle_in_three_ways_and_nothing_runs() {
    let system = System::new();
    let inner = system.clone();
    let of_function = inv(system.clone());
    let by_hand = Verifier::new(move || {
        let system = inner.clone();
        async move { system.look() }
    });
    let in_place = verify_loop!(clone = [system], { system.look() });
    sleep(1_000).await;
    is!(system.looks(), 0);
    for v in [of_function, by_hand, in_place] {
        is!(v.state(), VerifierState::Idle);
        v.start_job().await.unwrap();
    }
}

#[suite(start_paused = true)]
async fn b02_an_observation_is_typed_and_dated() {
    #[derive(Debug, PartialEq)]
    struct Term(u64);
    let before = SystemTime::now();
    let v = verify_loop!(every = "10ms", { Ok::<_, String>(Term(7)) });
    v.start_job().await.unwrap();
    sleep(15).await;
    let seen: Vec<Observation<Term>> = v.stop_job().await.unwrap();
    is!(seen.iter().map(|it| &it.data).collect::<Vec<_>>(), [&Term(7), &Term(7)]);
    is!((seen[0].round, seen[1].round), (1, 2));
    ok!(seen[0].timestamp <= seen[1].timestamp);
    ok!(seen[1].timestamp + ms(1_000) > before);
}

#[suite(start_paused = true)]
async fn b03_a_start_while_running_is_a_typed_error_and_leaves_the_loop_running() {
    let system = System::new();
    let v = inv(system.clone());
    v.start_job().await.unwrap();
    let error = v.start_job().await.unwrap_err();
    let VerifyCause::State(what) = error.cause() else {
        panic!("{error:?}");
    };
    is!(
        what.kind,
        ErrorKind::Verifier {
            state: "running".into()
        }
    );
    like!(
        error.to_string(),
        "verifier `inv`: `start_job` in suite .*: the verifier is running"
    );
    sleep(25).await;
    is!(v.stop_job().await.unwrap().len(), 3, "one loop, not two");
}

#[suite(start_paused = true)]
async fn b04_a_stop_lets_the_round_end_and_includes_it() {
    let ended = Arc::new(AtomicBool::new(false));
    let v = verify_loop!(clone = [ended], {
        sleep(40).await;
        ended.store(true, Ordering::SeqCst);
        Ok::<_, String>("whole")
    });
    v.start_job().await.unwrap();
    sleep(5).await;
    let seen = v.stop_job().await.unwrap();
    is!((seen.len(), ended.load(Ordering::SeqCst)), (1, true));
}

#[suite(start_paused = true)]
async fn b04_after_an_error_a_stop_has_the_results_and_the_error_and_returns() {
    let v = scripted(Script::new("..x")).todo("only for the verdict");
    v.start_job().await.unwrap();
    sleep(1_000).await;
    is!(v.stop_job().await.unwrap().len(), 2);
    let seen = run(|_| async {
        let v = scripted(Script::new("..x"));
        v.start_job().await.unwrap();
        sleep(1_000).await;
        let error = v.stop_job().await.unwrap_err();
        is!(error.error().map(String::as_str), Some("x"));
        is!(error.into_observations().len(), 2);
        is!(v.state(), VerifierState::Idle, "and it may be started again");
        v.start_job().await.unwrap();
        sleep(15).await;
        is!(v.stop_job().await.unwrap().len(), 2);
    })
    .await;
    is!(
        check(&seen, "inv").verdict,
        Verdict::Failed,
        "what was found stays found"
    );
}

#[suite(start_paused = true)]
async fn b05_finish_ends_the_task_and_is_final() {
    for dropped in [false, true] {
        let alive = Arc::new(());
        let inner = alive.clone();
        let v = Verifier::new(move || {
            let _kept = inner.clone();
            async { true }
        });
        v.start_job().await.unwrap();
        if dropped {
            drop(v);
            sleep(100).await;
        } else {
            v.finish().await;
            matches_ok!(v.start_job().await.unwrap_err().cause(), VerifyCause::State(_));
            matches_ok!(v.stop_job().await.unwrap_err().cause(), VerifyCause::State(_));
        }
        is!(Arc::strong_count(&alive), 1, "the function is gone, dropped: {dropped}");
    }
}

#[suite]
async fn b06_the_table_of_the_ancestor_and_of_ours() {
    use VerifierEvent::{Finish, Start, Stop, Tick};
    use VerifierState::{Finished, Idle, Running};
    // The arrows of its drawing: start, stop, finish, timeout.
    for (from, event, to) in [
        (Idle, Start, Running),
        (Running, Stop, Idle),
        (Running, Tick, Running),
        (Idle, Finish, Finished),
        (Running, Finish, Finished),
    ] {
        is!(from.after(event), Some(to), "{from} {event:?}");
    }
    let pairs = [Idle, Running, Finished]
        .into_iter()
        .flat_map(|state| [Start, Stop, Finish, Tick].map(|event| state.after(event)));
    // Ours has one more: to finish again is allowed, since a drop says it as well.
    is!(pairs.flatten().count(), 6);
    is!(Finished.after(Finish), Some(Finished));
}

#[suite(start_paused = true)]
async fn b07_each_start_has_results_of_its_own() {
    let system = System::new();
    let v = inv(system.clone());
    for (waited, expected) in [(25, &[1, 2, 3][..]), (5, &[4]), (15, &[5, 6])] {
        v.start_job().await.unwrap();
        sleep(waited).await;
        let seen = v.stop_job().await.unwrap();
        is!(seen.iter().map(|it| it.data).collect::<Vec<_>>(), expected);
        is!(seen[0].round, 1, "rounds count from one for each start");
    }
    is!((v.report().sessions, v.report().rounds), (3, 6));
}

#[suite(start_paused = true)]
async fn b08_it_ends_with_its_suite() {
    for how in ["returns", "panics", "times out", "bails out"] {
        let system = System::new();
        let inner = system.clone();
        let plan = match how {
            "times out" => Plan::new().timeout(ms(20)),
            _ => Plan::new(),
        };
        let seen = async_test_suite::Intercept::new()
            .plan(plan)
            .run("inner", move |t| async move {
                let v = inv(inner);
                v.start_job().await.unwrap();
                sleep(25).await;
                match how {
                    "returns" => return,
                    "panics" => panic!("on purpose"),
                    "bails out" => t.bail_out("on purpose"),
                    _ => {}
                }
                std::future::pending::<()>().await;
            })
            .await;
        let looks = system.looks();
        is!(
            count(check(&seen, "inv"), "rounds"),
            looks,
            "{how}: its verdict was given"
        );
        sleep(1_000).await;
        is!(system.looks(), looks, "{how}: and nobody looks any more");
    }
}

#[suite(start_paused = true)]
async fn b09_a_round_has_a_minute_and_stop_does_not_hang() {
    let began = tokio::time::Instant::now();
    let seen = run(|_| async {
        let v = verify_loop!(name = "inv", { std::future::pending::<()>().await });
        v.start_job().await.unwrap();
        let error = v.stop_job().await.unwrap_err();
        let limit = Duration::from_secs(60);
        is!(error.fault(), Some(&Fault::TimedOut { limit }));
    })
    .await;
    is!(began.elapsed(), Duration::from_secs(60));
    like!(notes(check(&seen, "inv")), "it had not ended after 60s");
}

// ---- the five promises of its documentation ------------------------------------------------------------------------

/// The test of its documentation, in our words: make, defer the finish, start, test, stop, look at the results.
#[suite(start_paused = true)]
async fn the_usage_of_the_ancestor() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let balance = Arc::new(AtomicU64::new(100));
    let v = verify_loop!(every = "10ms", clone = [balance], {
        match balance.load(Ordering::SeqCst) {
            sum @ 100.. => Ok(sum),
            sum => Err(format!("money is gone: {sum}")),
        }
    });
    // A start is acknowledged.
    v.start_job().await?;
    balance.fetch_add(20, Ordering::SeqCst);
    sleep(15).await;
    // A stop does not interrupt: nothing that was begun is missing.
    let first = v.stop_job().await?;
    is!(first.iter().map(|it| it.data).collect::<Vec<_>>(), [100, 120]);
    // Results are separate for each start.
    v.start_job().await?;
    let second = v.stop_job().await?;
    is!(second.iter().map(|it| it.data).collect::<Vec<_>>(), [120]);
    // Finish is final.
    v.finish().await;
    ok!(v.start_job().await.is_err_and(|error| error.is_state()));
    // A stop after an error returns, where the ancestor hangs.
    let seen = run(|_| async move {
        let broke = verify_loop!(name = "broke", { Err::<(), _>("gone") });
        broke.start_job().await.unwrap();
        sleep(100).await;
        is!(broke.stop_job().await.unwrap_err().error(), Some(&"gone"));
    })
    .await;
    is!(check(&seen, "broke").verdict, Verdict::Failed);
    Ok(())
}
