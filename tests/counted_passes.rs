//! Passing checks that are only counted: the counts, the numbers and the verdicts are those of checks that are sent.

use std::pin::Pin;

use async_test_suite::prelude::*;
use async_test_suite::record::{Record, Tally, Verdict};
use async_test_suite::{Intercept, Intercepted, Invoke};
use tokio::runtime::Builder;

/// What one suite does, from a seed.
fn body(t: Suite, seed: u64, depth: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(acts(t, seed, depth))
}

async fn acts(t: Suite, seed: u64, depth: u32) {
    let mut rng = fastrand::Rng::with_seed(seed);
    for _ in 0..rng.u32(1..12) {
        match rng.u32(0..16) {
            0..=6 => {
                for n in 0..rng.u32(1..20) {
                    ok!(true, "check {n}");
                }
            }
            7 => {
                flunk!("one that fails");
            }
            8 => todo_next!("later", rng.u64(1..4)),
            9 => test_flunks!("promised", rng.u64(1..3)),
            10 => skip!("no network", rng.u64(1..4)),
            11 => diag!("said in between"),
            12 if rng.bool() => {
                skip_remaining!("enough");
            }
            13 => {
                // Whoever asks gets what was counted as well.
                t.sync_events().await;
            }
            _ if depth < 2 => {
                let (name, inner) = (format!("child {}", rng.u32(0..99)), rng.u64(..));
                let plan = Plan::new();
                let work = t.subtest(name, plan, Invoke::default(), move |t| body(t, inner, depth + 1));
                work.await.await;
            }
            _ => {}
        }
    }
}

fn run(seed: u64, counted: bool) -> Intercepted {
    let intercept = Intercept::new().seed(seed);
    let intercept = if counted { intercept.counts_passed() } else { intercept };
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(intercept.run("top", move |t| body(t, seed, 0)))
}

/// Every point with its suite and number; of those that passed nothing but that. And the ends.
fn told(run: &Intercepted) -> (Vec<String>, u64) {
    let (mut lines, mut counted) = (Vec::new(), 0);
    for record in run.records() {
        match record {
            Record::Check(check) if check.verdict == Verdict::Passed && check.child.is_none() => {
                lines.push(format!("{} {} passed", check.suite.path, check.number));
            }
            Record::Check(check) => {
                let (path, number) = (&check.suite.path, check.number);
                lines.push(format!("{path} {number} {:?} {}", check.verdict, check.label));
            }
            Record::Passed { suite, first, count } => {
                counted += count;
                lines.extend((*first..first + count).map(|number| format!("{} {number} passed", suite.path)));
            }
            Record::Diag(suite, text) => lines.push(format!("{} # {text}", suite.path)),
            Record::SuiteEnded(end) => lines.push(format!("{} ends {:?}", end.suite.path, end.tally)),
            _ => {}
        }
    }
    (lines, counted)
}

#[test]
fn everything_is_told_as_if_each_check_had_been_sent() {
    let mut all = 0;
    for seed in 0..2_000 {
        let ((sent, none), (counted, some)) = (told(&run(seed, false)), told(&run(seed, true)));
        assert_eq!(none, 0);
        assert_eq!(sent, counted, "seed {seed}");
        all += some;
    }
    assert!(all > 10_000, "{all} were counted");
}

#[test]
fn the_first_four_in_a_row_are_named() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let run = runtime.block_on(Intercept::new().counts_passed().run("top", |_| async {
        for n in 1..=6 {
            ok!(true, "a{n}");
        }
        flunk!("bad");
        ok!(true, "b1");
    }));
    let told = run.records().iter().filter_map(|record| match record {
        Record::Check(check) if check.child.is_none() => Some(format!("{} {}", check.number, check.label)),
        Record::Passed { first, count, .. } => Some(format!("{first} and {} more", count - 1)),
        _ => None,
    });
    let told: Vec<String> = told.collect();
    assert_eq!(told, ["1 a1", "2 a2", "3 a3", "4 a4", "5 and 1 more", "7 bad", "8 b1"]);
}

#[test]
fn tasks_and_threads_at_once_lose_none_and_count_none_twice() {
    const EACH: u64 = 5_000;
    for _ in 0..5 {
        let runtime = Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build()
            .unwrap();
        let run = runtime.block_on(Intercept::new().counts_passed().run("top", |t| async move {
            for task in 0..8 {
                t.spawn(async move {
                    for n in 0..EACH {
                        ok!(n != 1_234 || task != 3, "the only one that fails");
                        if n % 1_000 == 0 {
                            diag!("{task}: {n}");
                            tokio::task::yield_now().await;
                        }
                    }
                });
            }
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    let t = t.clone();
                    std::thread::spawn(move || (0..EACH).filter(|n| t.ok(*n < EACH, "fine")).count())
                })
                .collect();
            t.spawn(async move {
                for thread in threads {
                    let ended = tokio::task::spawn_blocking(move || thread.join()).await;
                    assert_eq!(ended.unwrap().unwrap(), EACH as usize);
                }
            });
        }));
        let end = run.records().iter().find_map(|record| match record {
            Record::SuiteEnded(end) if end.suite.path == "top" => Some(end.tally),
            _ => None,
        });
        let expected = Tally {
            run: 12 * EACH,
            failed: 1,
            ..Tally::default()
        };
        assert_eq!(end, Some(expected));
        assert!(run.records().len() < 5_000, "{} records", run.records().len());
    }
}

#[test]
fn what_comes_after_the_end_is_late_and_not_counted() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let run = runtime.block_on(Intercept::new().counts_passed().run("top", |t| async move {
        for _ in 0..10 {
            ok!(true);
        }
        t.subtest("child", Plan::new(), Invoke::default(), move |_| async {})
            .await;
        for _ in 0..10 {
            t.pass("counted");
        }
        done_testing!();
        t.pass("too late");
    }));
    let end = run.records().iter().find_map(|record| match record {
        Record::SuiteEnded(end) if end.suite.path == "top" => Some((end.tally.run, end.problems.len())),
        _ => None,
    });
    assert_eq!(end, Some((21, 1)));
}

#[test]
fn what_one_task_says_of_several_suites_stays_in_its_order() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let run = runtime.block_on(Intercept::new().run("top", |t| async move {
        let top = t.clone();
        let body = move |child: Suite| async move {
            for n in 0..50 {
                top.ok(true, format!("top {n}"));
                top.ok(true, format!("top again {n}"));
                child.ok(true, format!("child {n}"));
                top.ok(true, format!("top after {n}"));
                child.diag(format!("said {n}"));
            }
        };
        t.subtest("child", Plan::new(), Invoke::default(), body).await.await;
        t.ok(true, "the last");
    }));
    let said = run.records().iter().filter_map(|record| match record {
        Record::Check(check) => Some(check.label.to_string()),
        Record::Diag(_, text) => Some(text.to_string()),
        _ => None,
    });
    let said: Vec<String> = said.collect();
    let words = ["top", "top again", "child", "top after", "said"];
    let mut expected: Vec<String> = (0..50).flat_map(|n| words.map(|word| format!("{word} {n}"))).collect();
    expected.extend(["child", "the last", "top"].map(str::to_owned));
    assert_eq!(said, expected);
}
