//! The seed map, rows A19, A22 and A23: events, their order, and checks that are sent by hand.

mod seed_map;
#[path = "seed_map/watch.rs"]
mod watch;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_test_suite::claim::Detail;
use async_test_suite::event::Telemetry;
use async_test_suite::prelude::*;
use async_test_suite::record::Record;
use async_test_suite::{Intercept, Plan, TestResult};
use seed_map::letters;
use watch::seen_by_the_hub_of;

#[suite]
async fn a19_every_kind_of_event_is_seen_once_and_numbered_in_order() {
    Intercept::new()
        .run("kinds", |t| async move {
            plan!(9, tags("a"));
            ok!(true);
            diag!("a comment");
            todo_next!("later");
            subtest!("child", { panic!("a problem") });
            t.telemetry(Telemetry::Span {
                name: "a measurement".into(),
                took: Duration::ZERO,
            });
            t.sync_events().await;
            t.send_command("nobody hears it", ()).unwrap_err();
            skip_rest!("enough");
            done_testing!();
            bail_out!("the end");
        })
        .await;
    let seen = seen_by_the_hub_of("kinds");
    let kinds: BTreeSet<&str> = seen.iter().map(|it| it.kind).collect();
    let all = "Amnesty BailOut Command Diag DoneTesting JobsAwaited NoMoreTests Open Plan Problem SkipRest \
               StageTransition Started SyncEvents Telemetry Test";
    is!(kinds.into_iter().collect::<Vec<_>>().join(" "), all);
    let ids: Vec<u64> = seen.iter().map(|it| it.id).collect();
    is!(
        ids,
        (1..=seen.len() as u64).collect::<Vec<_>>(),
        "dense, so none is missing or seen twice"
    );
    let mut last: HashMap<u64, u64> = HashMap::new();
    ok!(
        seen.iter()
            .all(|it| last.insert(it.origin, it.id).is_none_or(|before| before < it.id)),
        "strictly increasing for each origin"
    );
    is!(seen.last().map(|it| it.kind), Some("DoneTesting"));
}

#[suite(flavor = "multi_thread", worker_threads = 4)]
async fn a19_no_event_is_lost_at_the_end() {
    let run = Intercept::new()
        .run("flood", |t| async move {
            let threads: Vec<_> = (0..8)
                .map(|thread| {
                    let t = t.clone();
                    std::thread::spawn(move || (0..500).for_each(|n| t.diag(format!("{thread} {n}"))))
                })
                .collect();
            t.on_finish(async move {
                for thread in threads {
                    tokio::task::block_in_place(|| thread.join()).unwrap();
                }
            });
        })
        .await;
    let mut texts: Vec<String> = seen_by_the_hub_of("flood")
        .into_iter()
        .filter(|it| it.kind == "Diag")
        .map(|it| it.text)
        .collect();
    is!(texts.len(), 4000);
    let diags = run.records().iter().filter(|record| matches!(record, Record::Diag(..)));
    is!(diags.count(), 4000, "and each is told");
    texts.sort();
    texts.dedup();
    is!(texts.len(), 4000);
}

#[suite(flavor = "multi_thread", worker_threads = 2)]
async fn a22_all_that_was_sent_before_is_handled_when_sync_events_returns() {
    let (sender, counted) = tokio::sync::oneshot::channel();
    Intercept::new()
        .run("synced", |t| async move {
            let mut counts = Vec::new();
            for round in 1..=20 {
                for _ in 0..100 {
                    t.diag("one of many");
                }
                t.sync_events().await;
                let seen = seen_by_the_hub_of("synced")
                    .iter()
                    .filter(|it| it.kind == "Diag")
                    .count();
                counts.push((round * 100, seen));
            }
            let _ = sender.send(counts);
        })
        .await;
    let counts = counted.await.unwrap_or_default();
    is!(counts.len(), 20);
    ok!(counts.iter().all(|(sent, seen)| sent == seen), "{counts:?}");
}

#[suite]
async fn a23_explanations_are_made_only_when_they_are_needed() {
    let made = Arc::new(Mutex::new(Vec::new()));
    let inner = made.clone();
    let seen = Intercept::new()
        .run("proclaims", |t| async move {
            for held in [true, false] {
                let result = TestResult::new(held)
                    .on_success(|| {
                        inner.lock().unwrap().push("success");
                        Detail::new().note("it held")
                    })
                    .on_failure(|| {
                        inner.lock().unwrap().push("failure");
                        Detail::new().note("it did not hold")
                    });
                assert_eq!(t.proclaim(result, format!("with comments {held}")), held);
            }
            assert!(t.proclaim(true, "plain"));
            assert!(!t.proclaim(1 > 2, "plain"));
        })
        .await;
    is!(*made.lock().unwrap(), ["success", "failure"]);
    is!(letters(&seen, "proclaims"), "PFPF");
    let notes: Vec<Vec<String>> = (seen.checks("proclaims").iter())
        .map(|check| check.detail.iter().flat_map(|detail| detail.notes.clone()).collect())
        .collect();
    is!(notes, [vec!["it held"], vec!["it did not hold"], vec![], vec![]]);
    ok!(
        seen.checks("proclaims").iter().all(|check| check.at.file == file!()),
        "the caller's place"
    );
}

#[suite(flavor = "multi_thread", worker_threads = 4)]
async fn a23_test_numbers_are_dense_in_every_suite() {
    let seen = Intercept::new()
        .plan(Plan::new().parallel())
        .run("run", |_| async {
            for name in 0..10 {
                subtest!("child {name}", async |t| {
                    for n in 0..50 {
                        t.spawn(async move { assert!(ok!(n < 50)) });
                    }
                });
            }
        })
        .await;
    let tap = seen.render("tap");
    for indent in [4, 8] {
        let prefix = format!("{}ok ", " ".repeat(indent));
        let numbers = tap
            .lines()
            .filter_map(|line| line.strip_prefix(&prefix)?.split(' ').next()?.parse::<u64>().ok());
        let (count, runs) = if indent == 4 { (10, 1) } else { (50, 10) };
        is!(
            numbers.collect::<Vec<_>>(),
            (0..runs).flat_map(|_| 1..=count).collect::<Vec<_>>(),
            "indent {indent}"
        );
    }
    is!(Suite::normalize_message("a\nb\r\n\nc"), ["a\n", "b\n", "\n", "c\n"]);
}
