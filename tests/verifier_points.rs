//! What the verifier promises, point by point, where it takes a whole run to show it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_test_suite::claim::Figure;
use async_test_suite::prelude::*;
use async_test_suite::record::{Check, Verdict};
use async_test_suite::round::Mode;
use async_test_suite::{Intercept, Intercepted, VerifySpec};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn check<'a>(seen: &'a Intercepted, label: &str) -> &'a Check {
    let mut all = seen.all_checks().filter(|check| check.label == label);
    let first = all
        .next()
        .unwrap_or_else(|| panic!("no `{label}` in\n{}", seen.render("tap")));
    assert!(all.next().is_none(), "`{label}` was told twice");
    first
}

fn notes(check: &Check) -> String {
    check
        .detail
        .as_ref()
        .map(|detail| detail.notes.join("\n"))
        .unwrap_or_default()
}

fn figure<'a>(check: &'a Check, name: &str) -> Option<&'a Figure> {
    let figures = &check.detail.as_ref()?.figures;
    figures
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, figure)| figure)
}

/// Observes the number of the round; bad from this one on.
fn counting(bad_from: u64) -> Verifier<u64, String> {
    let mut round = 0;
    Verifier::new(move || {
        round += 1;
        let n = round;
        async move { if n < bad_from { Ok(n) } else { Err(format!("bad {n}")) } }
    })
    .name("inv")
    .every(ms(5))
}

#[suite]
async fn what_was_found_is_told_when_the_run_is_cut_short() {
    for bad_from in [3, u64::MAX] {
        let seen = Intercept::new()
            .run("inner", move |_| async move {
                let v = counting(bad_from);
                v.start_job().await.unwrap();
                tokio::time::sleep(ms(50)).await;
                bail_out!("no disk");
                std::future::pending::<()>().await;
            })
            .await;
        is!(seen.run_end().bailed_out.as_deref(), Some("no disk"));
        let passed = check(&seen, "inv").verdict == Verdict::Passed;
        is!(passed, bad_from > 3, "bad from {bad_from}");
    }
    let seen = Intercept::new()
        .run("inner", |t| async move {
            let v = counting(3);
            v.start_job().await.unwrap();
            tokio::time::sleep(ms(50)).await;
            t.abort();
            std::future::pending::<()>().await;
        })
        .await;
    is!(
        seen.all_checks().filter(|check| check.label == "inv").count(),
        0,
        "an abort is quiet"
    );
}

#[suite]
async fn one_that_could_not_be_started_any_more_is_skipped() {
    let seen = Intercept::new()
        .plan(Plan::new().timeout(ms(20)))
        .run("inner", |_| async {
            let v = counting(u64::MAX);
            tokio::time::sleep(Duration::from_secs(3600)).await;
            v.start_job().await.unwrap();
        })
        .await;
    matches_ok!(&check(&seen, "inv").verdict, Verdict::Skipped(_));
}

#[suite]
async fn figures_of_the_one_test_point() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            let v = counting(4).keep_going().rounds(6);
            v.start_job().await.unwrap();
            while v.report().rounds < 6 {
                tokio::time::sleep(ms(5)).await;
            }
            v.stop_job().await.unwrap_err();
            v.finish().await;
        })
        .await;
    is!(seen.end().tally.run, 1);
    let check = check(&seen, "inv");
    let count = |name| match figure(check, name) {
        Some(Figure::Count(count)) => *count,
        other => panic!("{name}: {other:?}"),
    };
    is!(count("rounds"), count("passed") + count("failed"));
    is!(count("passed"), 3);
    is!(count("first_failure_round"), 4);
    for name in [
        "first_failure_at",
        "longest_gap",
        "latency_min",
        "latency_p50",
        "latency_p99",
        "latency_max",
    ] {
        matches_ok!(figure(check, name), Some(Figure::Time(_)), "{name}");
    }
    like!(notes(check), r"^broken in round 4, \S+ after the suite began: bad 4\n");
}

#[suite]
async fn the_figures_come_with_a_pass_as_well() {
    let seen = Intercept::new()
        .run("inner", |_| async {
            let v = counting(u64::MAX);
            v.start_job().await.unwrap();
            tokio::time::sleep(ms(30)).await;
        })
        .await;
    let check = check(&seen, "inv");
    is!(check.verdict, Verdict::Passed);
    matches_ok!(figure(check, "rounds"), Some(Figure::Count(2..)));
    matches_ok!(figure(check, "covered"), Some(Figure::Share(_)));
    is!(figure(check, "running"), None);
}

#[suite]
async fn expected_to_break() {
    for (bad_from, expected) in [
        (2, Verdict::Todo("why".into())),
        (u64::MAX, Verdict::UnexpectedPass("why".into())),
    ] {
        let seen = Intercept::new()
            .run("inner", move |_| async move {
                let v = counting(bad_from).todo("why");
                v.start_job().await.unwrap();
                tokio::time::sleep(ms(30)).await;
                v.stop_job().await.unwrap();
            })
            .await;
        is!(check(&seen, "inv").verdict, expected);
        is!(seen.verdict(), Verdict::Passed);
    }
}

#[suite]
async fn fail_fast_ends_the_body_and_the_clean_ups_run() {
    let seen = Intercept::new()
        .run("inner", |t| async move {
            t.on_finish(async {
                ok!(true, "cleaned");
            });
            let v = counting(3).fail_fast();
            v.start_job().await.unwrap();
            subtest!("child", { tokio::time::sleep(Duration::from_secs(3600)).await });
            flunk!("the body went on");
        })
        .await;
    is!(check(&seen, "inv").verdict, Verdict::Failed);
    is!(seen.verdict(), Verdict::Failed);
    ok!(seen.end().took < Duration::from_secs(60));
    is!(check(&seen, "cleaned").verdict, Verdict::Passed);
    is!(
        seen.all_checks()
            .filter(|check| check.label == "the body went on")
            .count(),
        0
    );
}

#[suite]
async fn it_watches_the_children_that_run_after_the_body() {
    for plan in [Plan::new().random(), Plan::new().parallel()] {
        let seen = Intercept::new()
            .plan(plan)
            .run("inner", |_| async {
                let broken = Arc::new(AtomicBool::new(false));
                let state = broken.clone();
                let v = Verifier::new(move || {
                    let holds = !state.load(Ordering::SeqCst);
                    async move { holds }
                })
                .name("inv")
                .every(ms(2));
                v.start_job().await.unwrap();
                subtest!("culprit", {
                    tokio::time::sleep(ms(20)).await;
                    broken.store(true, Ordering::SeqCst);
                    tokio::time::sleep(ms(50)).await;
                    broken.store(false, Ordering::SeqCst);
                });
            })
            .await;
        let check = check(&seen, "inv");
        is!(check.verdict, Verdict::Failed);
        like!(notes(check), "running then: inner/culprit");
    }
}

#[suite]
async fn modes_by_the_keys_of_a_macro() {
    let spec = |mode| VerifySpec {
        name: "inv",
        mode,
        every: ms(5),
        ..VerifySpec::BASE
    };
    for (mode, passes) in [
        (Mode::Always, false),
        (Mode::Eventually(ms(500)), true),
        (Mode::Sometimes, true),
        (Mode::Never, false),
    ] {
        let seen = Intercept::new()
            .run("inner", move |_| async move {
                let rounds = AtomicU64::new(0);
                let v = Verifier::from_spec(spec(mode), move || {
                    let n = rounds.fetch_add(1, Ordering::SeqCst);
                    async move { n == 3 }
                });
                v.start_job().await.unwrap();
                tokio::time::sleep(ms(60)).await;
            })
            .await;
        is!(check(&seen, "inv").verdict == Verdict::Passed, passes, "{mode:?}");
    }
}

#[suite(flavor = "multi_thread", worker_threads = 4)]
async fn eight_side_by_side_in_a_crowd() {
    let before = Instant::now();
    let all: Vec<_> = (0..8)
        .map(|n| counting(u64::MAX).every(ms(1)).name(format!("v{n}")))
        .collect();
    for v in &all {
        v.start_job().await.unwrap();
    }
    let crowd: Vec<_> = (0..200)
        .map(|n| tokio::spawn(async move { tokio::time::sleep(ms(n % 17)).await }))
        .collect();
    for one in crowd {
        one.await.unwrap();
    }
    for v in all.iter().rev() {
        let seen = v.stop_job().await.unwrap();
        ok!(!seen.is_empty());
        ok!(seen
            .windows(2)
            .all(|pair| pair[0].elapsed <= pair[1].elapsed && pair[0].data + 1 == pair[1].data));
        v.finish().await;
    }
    diag!("took {:?}", before.elapsed());
}
