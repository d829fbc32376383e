//! Start, stop, finish: what each does in each state.

use super::*;
use crate::round::VerifierState;

#[test]
fn nothing_runs_before_the_start_and_a_start_is_acknowledged() {
    let ran = run(On::One, |_| async {
        let rounds = Counter::default();
        let v = holds(&rounds);
        assert_eq!(v.state(), VerifierState::Idle);
        tokio::time::sleep(ms(20)).await;
        assert_eq!(rounds.get(), 0);
        v.start_job().await.unwrap();
        assert_eq!(v.state(), VerifierState::Running);
        let seen = v.stop_job().await.unwrap();
        assert!(!seen.is_empty(), "the first round was certain");
        assert_eq!(seen[0].round, 1);
        assert_eq!(v.state(), VerifierState::Idle);
        v.finish().await;
        assert_eq!(v.state(), VerifierState::Finished);
    });
    ran.passed(1);
}

#[test]
fn the_pace_on_a_paused_clock_is_exact() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = holds(&rounds).every(ms(10));
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(95)).await;
        let seen = v.stop_job().await.unwrap();
        assert_eq!(
            seen.iter().map(|it| it.data).collect::<Vec<_>>(),
            (1..=10).collect::<Vec<_>>()
        );
        for pair in seen.windows(2) {
            assert_eq!(pair[1].elapsed - pair[0].elapsed, ms(10));
            assert_eq!(pair[1].timestamp.duration_since(pair[0].timestamp).unwrap(), ms(10));
        }
        assert_eq!(v.report().longest_gap, ms(10));
        v.finish().await;
    });
    ran.passed(1);
}

#[test]
fn wrong_steps_are_typed_errors_that_change_nothing() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = holds(&rounds).every(ms(10));
        let error = v.stop_job().await.unwrap_err();
        assert!(error.is_state() && error.observations().is_empty());
        assert_eq!(
            error.to_string(),
            "verifier `inv`: `stop_job` in suite `s`: the verifier is idle; see `VerifierState` for the steps that there are"
        );
        v.start_job().await.unwrap();
        let error = v.start_job().await.unwrap_err();
        assert!(error.is_state(), "{error}");
        tokio::time::sleep(ms(25)).await;
        assert_eq!(
            v.stop_job().await.unwrap().len(),
            3,
            "the loop went on beside the wrong start"
        );
        assert!(v.stop_job().await.unwrap_err().is_state());
        v.finish().await;
        assert!(v.start_job().await.unwrap_err().is_state());
        assert!(v.stop_job().await.unwrap_err().is_state());
        v.finish().await;
        assert_eq!(v.state(), VerifierState::Finished);
    });
    ran.passed(1);
}

#[test]
fn results_are_separate_for_each_start() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = holds(&rounds).every(ms(10));
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(25)).await;
        let first = v.stop_job().await.unwrap();
        let between = rounds.get();
        tokio::time::sleep(ms(100)).await;
        assert_eq!(rounds.get(), between, "nothing runs between stop and start");
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(15)).await;
        let second = v.stop_job().await.unwrap();
        assert_eq!(first.iter().map(|it| it.data).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(
            second.iter().map(|it| (it.data, it.round)).collect::<Vec<_>>(),
            [(4, 1), (5, 2)]
        );
        let report = v.report();
        assert_eq!((report.sessions, report.rounds, report.intervals.len()), (2, 5, 2));
        v.finish().await;
    });
    ran.passed(1);
}

#[test]
fn a_stop_waits_for_the_round_in_flight_and_includes_it() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let counter = rounds.clone();
        let v = Verifier::new(move || {
            let n = counter.next();
            async move {
                tokio::time::sleep(ms(50)).await;
                Ok::<_, String>(n)
            }
        });
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(80)).await;
        let before = tokio::time::Instant::now();
        assert_eq!(v.stop_job().await.unwrap().len(), 2);
        assert_eq!(before.elapsed(), ms(30));
        v.finish().await;
    });
    ran.passed(1);
}

#[test]
fn a_stop_that_is_dropped_half_way_loses_nothing() {
    let ran = run(On::Paused, |_| async {
        let v = Verifier::new(|| async {
            tokio::time::sleep(ms(50)).await;
            Ok::<_, String>(())
        });
        v.start_job().await.unwrap();
        assert!(tokio::time::timeout(ms(10), v.stop_job()).await.is_err());
        assert_eq!(v.state(), VerifierState::Running);
        tokio::time::sleep(ms(100)).await;
        assert_eq!(v.stop_job().await.unwrap().len(), 1);
        v.finish().await;
    });
    ran.passed(1);
}

#[test]
fn a_violation_ends_the_loop_and_comes_with_the_observations() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = fails_from(&rounds, 4).every(ms(10));
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(100)).await;
        assert_eq!(rounds.get(), 4, "the loop has ended");
        assert_eq!(v.state(), VerifierState::Running);
        let error = v.stop_job().await.unwrap_err();
        assert!(error.is_violation());
        assert_eq!(error.error().map(String::as_str), Some("round 4 is bad"));
        assert_eq!(error.round(), Some(4));
        assert_eq!(error.observations().len(), 3);
        assert!(
            error
                .to_string()
                .starts_with("verifier `inv` of suite `s`: broken in round 4, "),
            "{error}"
        );
        // It may be started again; what was broken stays broken.
        v.start_job().await.unwrap();
        assert!(v.stop_job().await.is_err());
        v.finish().await;
    });
    ran.failed_with(&["inv", "broken in round 4", "round 4 is bad"]);
    assert_eq!(ran.tally.run, 1);
}

#[test]
fn keep_going_counts_on() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = fails_from(&rounds, 4).every(ms(10)).keep_going();
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(95)).await;
        let error = v.stop_job().await.unwrap_err();
        assert_eq!(error.error().map(String::as_str), Some("round 4 is bad"));
        let report = v.report();
        assert_eq!((report.rounds, report.passed, report.failed), (10, 3, 7));
        assert_eq!(&*report.last_failure.unwrap().error, "round 10 is bad");
        v.finish().await;
    });
    ran.failed_with(&["7 of 10 rounds failed"]);
}

#[test]
fn the_history_is_bounded_and_the_rest_counted() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = holds(&rounds).every(ms(1)).history(5);
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(50)).await;
        let seen = v.stop_job().await.unwrap();
        let all = rounds.get();
        assert_eq!(
            seen.iter().map(|it| it.data).collect::<Vec<_>>(),
            (all - 4..=all).collect::<Vec<_>>()
        );
        assert_eq!(v.report().dropped, all - 5);
        v.finish().await;
    });
    ran.passed(1);
}

#[test]
fn a_round_says_when_to_look_again_and_when_it_is_done() {
    use crate::round::{Again, Round};
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let counter = rounds.clone();
        let v = Verifier::new(move || {
            let n = counter.next();
            async move {
                match n {
                    1 => Again::after::<u64, String>(ms(1000)),
                    2 => Round::pass(n).again_after(ms(500)),
                    _ => Round::done(n),
                }
            }
        });
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(5000)).await;
        let seen = v.stop_job().await.unwrap();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[1].elapsed - seen[0].elapsed, ms(500));
        assert_eq!(v.report().unknown, 1);
        v.finish().await;
    });
    ran.passed(1);
}

#[test]
fn a_gate_is_told_apart_from_the_invariant() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = fails_from(&rounds, 1).gate();
        let error = v.start_job().await.unwrap_err();
        assert!(error.is_gate() && !error.is_violation());
        assert_eq!(error.error().map(String::as_str), Some("round 1 is bad"));
        assert_eq!(v.state(), VerifierState::Idle);
        v.finish().await;
    });
    ran.failed_with(&["the gate was not passed, so the set-up is at fault"]);
    let ran = run(On::Paused, |_| async {
        let counter = Counter::default();
        let v = Verifier::new(move || {
            let n = counter.next();
            async move {
                if n < 5 {
                    crate::round::Round::unknown("starting")
                } else {
                    crate::round::Round::<_, String>::pass(n)
                }
            }
        })
        .gate()
        .every(ms(10));
        let before = tokio::time::Instant::now();
        v.start_job().await.unwrap();
        assert_eq!(before.elapsed(), ms(40), "it waits for the first round that can tell");
        v.stop_job().await.unwrap();
        v.finish().await;
    });
    ran.passed(1);
    let ran = run(On::Paused, |_| async {
        let v = Verifier::new(|| async { crate::round::Round::<(), String>::unknown("no data") }).gate();
        let error = v.start_job().await.unwrap_err();
        assert!(error.is_gate(), "{error}");
        assert!(error.to_string().contains("the last said: no data"), "{error}");
    });
    ran.failed_with(&["no data"]);
}

#[test]
fn jitter_belongs_to_the_seed() {
    fn times() -> Vec<Duration> {
        let times = Arc::new(std::sync::Mutex::new(Vec::new()));
        let out = times.clone();
        run(On::Paused, |_| async move {
            let v = Verifier::new(|| async { Ok::<_, String>(()) })
                .every(ms(100))
                .jitter(0.5);
            v.start_job().await.unwrap();
            tokio::time::sleep(ms(2000)).await;
            let seen = v.stop_job().await.unwrap();
            *times.lock().unwrap() = seen.windows(2).map(|it| it[1].elapsed - it[0].elapsed).collect();
            v.finish().await;
        });
        std::mem::take(&mut *out.lock().unwrap())
    }
    let (first, second) = (times(), times());
    assert_eq!(first, second);
    assert!(first.iter().any(|it| it != &first[0]), "{first:?}");
    assert!(first.iter().all(|it| (ms(50)..=ms(151)).contains(it)), "{first:?}");
}
