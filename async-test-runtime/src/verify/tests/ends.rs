//! The end of the suite, the drop, the verdict.

use super::*;
use crate::invoke::Invoke;

#[test]
fn never_started_fails_the_suite() {
    let ran = run(On::One, |_| async {
        let _v = holds(&Counter::default());
    });
    ran.failed_with(&["inv", "it was made and never started"]);
    let ran = run(On::One, |_| async {
        let v = holds(&Counter::default());
        v.finish().await;
    });
    ran.failed_with(&["it was made and never started"]);
}

#[test]
fn started_and_no_round_fails() {
    let ran = run(On::Paused, |_| async {
        let rounds = Counter::default();
        let v = holds(&rounds).initial_delay(ms(1000));
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(10)).await;
        assert!(matches!(
            v.stop_job().await.unwrap_err().cause(),
            crate::verify::VerifyCause::NoRound
        ));
        assert_eq!(rounds.get(), 0);
        v.finish().await;
    });
    ran.failed_with(&["did not complete a single round"]);
}

#[test]
fn a_drop_in_the_body_finishes() {
    for on in [On::Paused, On::One, On::Many] {
        let ran = run(on, |suite| async move {
            let rounds = Counter::default();
            let v = holds(&rounds).every(ms(1));
            v.start_job().await.unwrap();
            tokio::time::sleep(ms(30)).await;
            drop(v);
            tokio::time::sleep(ms(50)).await;
            let then = rounds.get();
            assert!(then > 0);
            tokio::time::sleep(ms(50)).await;
            assert_eq!(rounds.get(), then, "the loop has ended");
            assert_eq!(suite.snapshot().unwrap().tally.run, 1, "the verdict has been given");
        });
        ran.passed(1);
    }
}

#[test]
fn the_last_round_sees_what_the_body_left() {
    for (last_round, bad) in [(true, true), (false, false)] {
        for keep in [false, true] {
            for on in [On::Paused, On::One, On::Many] {
                let ran = run(on, move |suite| async move {
                    let broken = Counter::default();
                    let state = broken.clone();
                    let v = Verifier::new(move || {
                        let broken = state.get() > 0;
                        async move { !broken }
                    })
                    .every(Duration::from_secs(3600))
                    .last_round(last_round);
                    v.start_job().await.unwrap();
                    tokio::time::sleep(ms(5)).await;
                    broken.set(1);
                    if keep {
                        // It outlives the body.
                        suite.on_finish(async move { drop(v) });
                    }
                });
                assert_eq!(ran.failed, bad, "last_round {last_round}, kept {keep}\n{}", ran.text);
                assert_eq!(ran.tally.run, 1);
            }
        }
    }
}

#[test]
fn a_verifier_of_the_body_goes_on_across_the_children_that_run_later() {
    for (on, plan) in [
        (On::Paused, Plan::new().random()),
        (On::Paused, Plan::new().parallel()),
        (On::Many, Plan::new().random()),
        (On::Many, Plan::new().parallel()),
    ] {
        let rounds = Counter::default();
        let ran = run_planned(on, plan.timeout(Duration::from_secs(30)), |_| async move {
            let v = holds(&rounds).every(ms(2));
            v.start_job().await.unwrap();
            for name in ["a", "b"] {
                let rounds = rounds.clone();
                let body = Box::new(move |_| {
                    let body = async move {
                        // It ends only if it is watched.
                        let before = rounds.get();
                        while rounds.get() < before + 20 {
                            tokio::time::sleep(ms(1)).await;
                        }
                        Outcome::default()
                    };
                    Box::pin(body) as std::pin::Pin<Box<dyn Future<Output = Outcome> + Send>>
                });
                crate::rt::subtest(name.to_owned(), Plan::new(), Invoke::default(), body).await;
            }
        });
        ran.passed(3);
    }
}

#[test]
fn verifiers_are_stopped_in_reverse_order_of_start() {
    for on in [On::Paused, On::Many] {
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let log = order.clone();
        run(on, |suite| async move {
            let body_over = Arc::new(std::sync::atomic::AtomicBool::new(false));
            let mut all = Vec::new();
            for name in ["first", "second", "third"] {
                let (log, body_over) = (log.clone(), body_over.clone());
                let v = Verifier::new(move || {
                    if body_over.load(Ordering::SeqCst) {
                        log.lock().unwrap().push(name);
                    }
                    async { true }
                })
                .name(name)
                .every(Duration::from_secs(3600));
                all.push(v);
            }
            for index in [1, 0, 2] {
                all[index].start_job().await.unwrap();
            }
            tokio::time::sleep(ms(10)).await;
            body_over.store(true, Ordering::SeqCst);
            suite.on_finish(async move { drop(all) });
        })
        .passed(3);
        assert_eq!(*order.lock().unwrap(), ["third", "first", "second"]);
    }
}

#[test]
fn the_suite_ends_it_whatever_ended_the_body() {
    let rounds = Counter::default();
    let counted = rounds.clone();
    let ran = run(On::Paused, |_| async move {
        let v = fails_from(&counted, 3).every(ms(10));
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(15)).await;
        std::panic::panic_any(ON_PURPOSE);
    });
    ran.failed_with(&["the body fell over", "round 3 is bad"]);
    let counted = rounds.clone();
    let ran = run_planned(On::One, Plan::new().timeout(ms(50)), |_| async move {
        counted.set(0);
        let v = holds(&counted).every(ms(1));
        v.start_job().await.unwrap();
        std::future::pending::<()>().await;
    });
    ran.failed_with(&["50ms"]);
    assert_eq!(ran.tally.run, 1, "the verdict was given: {}", ran.text);
    assert!(rounds.get() > 1);
    let then = rounds.get();
    std::thread::sleep(ms(30));
    assert_eq!(rounds.get(), then);
}

#[test]
fn fail_fast_ends_the_body_and_clean_ups_run() {
    let cleaned = Counter::default();
    let after = Counter::default();
    let (clean, late) = (cleaned.clone(), after.clone());
    let ran = run(On::Paused, |suite| async move {
        suite.on_finish(async move {
            clean.next();
        });
        let v = fails_from(&Counter::default(), 3).every(ms(10)).fail_fast();
        v.start_job().await.unwrap();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        late.next();
    });
    ran.failed_with(&["broken in round 3", "round 3 is bad"]);
    assert_eq!((cleaned.get(), after.get()), (1, 0));
    assert_eq!(ran.tally.run, 1);
}

#[test]
fn expected_to_break() {
    let ran = run(On::Paused, |_| async {
        let v = fails_from(&Counter::default(), 3)
            .every(ms(10))
            .fail_fast()
            .todo("no fencing yet");
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(100)).await;
        assert_eq!(v.stop_job().await.unwrap().len(), 2, "no bad news for the body");
        v.finish().await;
    });
    ran.passed(1);
    assert_eq!(ran.tally.todo, 1);
    let ran = run(On::Paused, |_| async {
        let v = holds(&Counter::default()).todo("no fencing yet");
        v.start_job().await.unwrap();
        v.stop_job().await.unwrap();
        v.finish().await;
    });
    ran.passed(1);
    assert_eq!(ran.tally.unexpected, 1);
}

#[test]
fn a_verdict_that_is_skipped_forgives_nobody_else() {
    let ran = run_planned(On::One, Plan::new().timeout(ms(20)), |suite| async move {
        suite.on_finish(async {
            crate::flunk!("a check of the clean-up");
        });
        let _v = holds(&Counter::default()).todo("why");
        std::future::pending::<()>().await;
    });
    assert_eq!(
        (ran.tally.skipped, ran.tally.failed, ran.tally.todo),
        (1, 1, 0),
        "{}",
        ran.text
    );
}

#[test]
fn eventually_waits_for_the_pass_or_the_end_of_the_time() {
    for (passes_from, within, passes) in [(5, 1000, true), (50, 100, false)] {
        let ran = run(On::Paused, move |_| async move {
            let counter = Counter::default();
            let v = Verifier::new(move || {
                let n = counter.next();
                async move {
                    if n >= passes_from {
                        Ok(n)
                    } else {
                        Err(format!("not in {n}"))
                    }
                }
            })
            .every(ms(10))
            .eventually(ms(within));
            v.start_job().await.unwrap();
            let seen = v.stop_job().await;
            match seen {
                Ok(seen) => assert_eq!(seen.iter().map(|it| it.data).collect::<Vec<_>>(), [passes_from]),
                Err(error) => {
                    let said = error.to_string();
                    assert!(said.contains("not in 1;") && said.contains("not in 11"), "{said}");
                }
            }
            v.finish().await;
        });
        assert_eq!(!ran.failed, passes, "{}", ran.text);
    }
}

#[test]
fn sometimes_and_never() {
    for (bad_from, never, passes) in [(1, false, false), (3, false, true), (1, true, true), (3, true, false)] {
        let ran = run(On::Paused, move |_| async move {
            let v = fails_from(&Counter::default(), bad_from).every(ms(10));
            let v = if never { v.never() } else { v.sometimes() };
            v.start_job().await.unwrap();
            tokio::time::sleep(ms(50)).await;
        });
        assert_eq!(!ran.failed, passes, "{bad_from} {never}\n{}", ran.text);
    }
}

#[test]
fn nothing_but_unknown_fails_as_undecided() {
    let ran = run(On::Paused, |_| async {
        let v = Verifier::new(|| async { crate::round::Round::<(), String>::unknown("no data") });
        v.start_job().await.unwrap();
        tokio::time::sleep(ms(50)).await;
        assert_eq!(v.report().verdict, crate::settle::VerifyVerdict::Unknown);
    });
    ran.failed_with(&["not one of its rounds could tell; the last said: no data"]);
}
