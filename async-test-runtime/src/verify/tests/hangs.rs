//! Rounds that panic, hang, or hold their thread.

use std::time::Instant;

use super::*;
use crate::verify::Fault;

#[test]
fn a_panic_is_a_failure_with_its_place() {
    let ran = run(On::Paused, |_| async {
        let counter = Counter::default();
        let v = Verifier::new(move || {
            let n = counter.next();
            async move {
                assert!(n < 3, "too many: {n}");
                Ok::<_, String>(n)
            }
        });
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(100)).await;
        let error = v.stop_job().await.unwrap_err();
        let Some(Fault::Panicked(panic)) = error.fault() else {
            panic!("{error:?}");
        };
        assert_eq!(panic.message, "too many: 3");
        assert!(panic.at.as_ref().unwrap().file.ends_with("hangs.rs"));
        assert_eq!(error.observations().len(), 2);
    });
    ran.failed_with(&["panicked at ", "hangs.rs", "too many: 3"]);
}

#[test]
fn what_panics_around_the_round_is_caught_as_well() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    struct Shy;
    impl std::fmt::Debug for Shy {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("not shown")
        }
    }
    let ran = run(On::Paused, |_| async {
        let v = Verifier::new(|| {
            if true {
                panic!("made");
            }
            async { true }
        });
        v.start_job().await.unwrap();
        assert!(v.stop_job().await.unwrap_err().to_string().contains("made"));
        let v = Verifier::new(|| async { Err::<(), _>(Shy) });
        v.start_job().await.unwrap();
        assert!(v.stop_job().await.unwrap_err().into_observations().is_empty());
        let v = Verifier::new(|| async {
            let _bomb = Bomb;
            std::future::pending::<()>().await;
        });
        v.start_job().await.unwrap();
        assert!(v.stop_job().await.unwrap_err().to_string().contains("timed out"));
    });
    assert_eq!(ran.tally.failed, 3, "{}", ran.text);
}

#[test]
fn a_hanging_round_is_dropped_after_its_time() {
    for on in [On::Paused, On::One, On::Many] {
        let ran = run(on, |_| async {
            let rounds = Counter::default();
            let counter = rounds.clone();
            let v = Verifier::new(move || {
                counter.next();
                std::future::pending::<Result<(), String>>()
            })
            .round_timeout(ms(30));
            v.start_job().await.unwrap();
            let error = v.stop_job().await.unwrap_err();
            assert!(matches!(error.fault(), Some(Fault::TimedOut { .. })), "{error:?}");
            assert_eq!(rounds.get(), 1);
            assert_eq!(v.report().rounds, 1);
            v.finish().await;
        });
        ran.failed_with(&["timed out: it had not ended after 30ms"]);
    }
}

#[test]
fn rounds_before_one_that_never_comes_back_are_counted() {
    let ran = run(On::Many, |_| async {
        let (release, held) = mpsc::channel::<()>();
        let (counter, held) = (Counter::default(), Arc::new(std::sync::Mutex::new(held)));
        let rounds = counter.clone();
        let v = Verifier::new(move || {
            let (n, held) = (counter.next(), held.clone());
            async move {
                if n > 20 {
                    let _ = held.lock().unwrap().recv();
                }
                Ok::<_, String>(n)
            }
        })
        .every(Duration::ZERO)
        .round_timeout(ms(30));
        v.start_job().await.unwrap();
        while rounds.get() <= 20 {
            tokio::time::sleep(ms(1)).await;
        }
        let error = v.stop_job().await.unwrap_err();
        let report = v.report();
        assert_eq!((report.rounds, report.passed, report.failed), (21, 20, 1));
        assert_eq!(report.violation.unwrap().round, 21);
        assert_eq!(report.intervals[0].rounds, 20);
        // The values are still with the loop that does not come back.
        assert_eq!(error.observations().len() as u64 + report.dropped, 20);
        drop(release);
        v.finish().await;
    });
    ran.failed_with(&["broken in round 21", "blocking its thread"]);
}

#[test]
fn a_value_that_panics_when_it_makes_room_does_not_end_the_loop() {
    struct Bomb(u64);
    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 < 5 {
                panic!("dropped");
            }
        }
    }
    let ran = run(On::Paused, |_| async {
        let counter = Counter::default();
        let rounds = counter.clone();
        let v = Verifier::new(move || {
            let n = counter.next();
            async move { Ok::<_, String>(Bomb(n)) }
        })
        .every(ms(1))
        .history(1);
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(20)).await;
        let seen = v.stop_job().await.unwrap();
        assert_eq!(seen.len(), 1);
        assert!(rounds.get() > 10, "{}", rounds.get());
    });
    ran.passed(1);
}

#[test]
fn the_default_limit_is_a_minute() {
    let ran = run(On::Paused, |_| async {
        let v = Verifier::new(std::future::pending::<bool>);
        v.start_job().await.unwrap();
        let before = tokio::time::Instant::now();
        v.stop_job().await.unwrap_err();
        assert_eq!(before.elapsed().as_secs(), 60);
    });
    ran.failed_with(&["timed out: it had not ended after 60s"]);
}

#[test]
fn each_round_has_the_whole_limit() {
    let ran = run(On::Paused, |_| async {
        let counter = Counter::default();
        let v = Verifier::new(move || {
            let n = counter.next();
            async move {
                // Just below the limit, so that an alarm of the round before comes too early.
                tokio::time::sleep(ms(if n < 5 { 90 } else { 200 })).await;
                true
            }
        })
        .round_timeout(ms(100));
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(2000)).await;
        let error = v.stop_job().await.unwrap_err();
        assert_eq!(error.round(), Some(5));
        assert_eq!(v.report().latency.max, ms(100));
    });
    assert!(ran.failed);
}

#[test]
fn a_round_that_holds_its_thread_is_told_and_holds_nobody_up() {
    let before = Instant::now();
    let ran = run(On::Many, |_| async {
        let rounds = Counter::default();
        let counter = rounds.clone();
        let v = Verifier::new(move || {
            let n = counter.next();
            async move {
                if n == 3 {
                    std::thread::sleep(Duration::from_secs(60));
                }
                true
            }
        })
        .name("sleeper")
        .every(ms(1))
        .round_timeout(ms(50));
        v.start_job().await.unwrap();
        while rounds.get() < 3 {
            tokio::time::sleep(ms(1)).await;
        }
        let error = v.stop_job().await.unwrap_err();
        assert!(
            matches!(error.fault(), Some(Fault::Blocked { still: true, .. })),
            "{error:?}"
        );
        assert_eq!(error.observations().len(), 2);
        let error = v.start_job().await.unwrap_err();
        assert!(error.is_state(), "{error}");
        v.finish().await;
    });
    assert!(before.elapsed() < Duration::from_secs(50), "it was joined");
    ran.failed_with(&["sleeper", "it has been blocking its thread for"]);
}

#[test]
fn the_end_of_the_suite_does_not_wait_for_it_either() {
    let before = Instant::now();
    let ran = run(On::Many, |_| async {
        let started = Counter::default();
        let seen = started.clone();
        let v = Verifier::new(move || {
            started.next();
            async {
                std::thread::sleep(Duration::from_secs(60));
                true
            }
        })
        .round_timeout(ms(50));
        v.start_job().await.unwrap();
        while seen.get() < 1 {
            tokio::time::sleep(ms(1)).await;
        }
    });
    assert!(before.elapsed() < Duration::from_secs(50), "it was joined");
    ran.failed_with(&["it has been blocking its thread for"]);
}

#[test]
fn one_that_comes_back_too_late_is_told_on_any_runtime() {
    for on in [On::Paused, On::One, On::Many] {
        let ran = run(on, |_| async {
            let v = Verifier::new(|| async {
                std::thread::sleep(ms(80));
                true
            })
            .round_timeout(ms(40));
            v.start_job().await.unwrap();
            let error = v.stop_job().await.unwrap_err();
            assert!(
                matches!(error.fault(), Some(Fault::Blocked { still: false, .. })),
                "{error:?}"
            );
            v.finish().await;
        });
        ran.failed_with(&["it blocked its thread for"]);
    }
}

#[test]
fn after_a_blocked_round_came_back_it_can_be_started_again() {
    run(On::Many, |_| async {
        let counter = Counter::default();
        let v = Verifier::new(move || {
            let n = counter.next();
            async move {
                if n == 1 {
                    std::thread::sleep(ms(1500));
                }
                true
            }
        })
        .round_timeout(ms(20));
        v.start_job().await.unwrap();
        v.stop_job().await.unwrap_err();
        while v.start_job().await.is_err() {
            tokio::time::sleep(ms(10)).await;
        }
        let seen = v.stop_job().await.unwrap();
        assert!(!seen.is_empty());
        assert_eq!(v.report().failed, 1, "the late round was not counted twice");
    });
}

#[test]
fn a_round_that_holds_its_thread_is_a_violation_at_once() {
    let before = Instant::now();
    let ran = run(On::Many, |_| async {
        let v = Verifier::new(|| async {
            std::thread::sleep(Duration::from_secs(60));
            true
        })
        .round_timeout(ms(50))
        .fail_fast();
        v.start_job().await.unwrap();
        std::future::pending::<()>().await;
    });
    assert!(before.elapsed() < Duration::from_secs(50), "the body was not ended");
    ran.failed_with(&["it has been blocking its thread for"]);
}

#[test]
fn sleeps_of_the_test_go_on_beside_it() {
    run(On::Many, |_| async {
        let before = Instant::now();
        let v = Verifier::new(|| async {
            std::thread::sleep(Duration::from_secs(60));
            true
        })
        .round_timeout(ms(300));
        v.start_job().await.unwrap();
        for _ in 0..100 {
            tokio::time::sleep(ms(1)).await;
        }
        assert!(before.elapsed() < Duration::from_secs(50));
        v.stop_job().await.unwrap_err();
        assert!(before.elapsed() < Duration::from_secs(50));
    })
    .failed_with(&["it has been blocking its thread for"]);
}
