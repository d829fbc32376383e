//! The seed map, rows A19 to A23: events, the hooks of bundles, commands, and the order of all of it.

mod seed_map;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_test_suite::claim::{Claim, Detail, Problem, Raw};
use async_test_suite::error::ErrorKind;
use async_test_suite::event::{Command, Event, EventKind, Payload, Telemetry};
use async_test_suite::prelude::*;
use async_test_suite::record::{Record, SuiteInfo, Verdict};
use async_test_suite::{Bundle, Intercept, Plan, TestResult};
use seed_map::{fixture, labels, letters, problems};

mod fixture {
    use super::*;

    #[suite]
    #[ignore = "run by a20"]
    async fn kills_a_bundle(t: Suite) {
        t.diag("die");
        ok!(true);
    }
}

/// One event as a bundle saw it.
#[derive(Clone, Debug)]
struct Seen {
    hub: usize,
    origin: u64,
    id: u64,
    kind: &'static str,
    text: String,
}

static SEEN: Mutex<Vec<Seen>> = Mutex::new(Vec::new());

/// What the bundles of the hub that ran this suite have seen so far.
fn seen_by_the_hub_of(path: &str) -> Vec<Seen> {
    let seen = SEEN.lock().unwrap();
    let is_it = |it: &&Seen| it.kind == "Open" && it.text == path;
    let hub = seen.iter().find(is_it).map(|it| it.hub);
    seen.iter().filter(|it| Some(it.hub) == hub).cloned().collect()
}

/// Writes down what it sees; each hub has one of its own.
struct Watch(usize);

impl Default for Watch {
    fn default() -> Watch {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Watch(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Bundle for Watch {
    fn priority(&self) -> i32 {
        10
    }

    fn on_event(&mut self, event: &Event) {
        let (kind, text) = match &event.kind {
            EventKind::Open(opening) => ("Open", opening.info.path.clone()),
            EventKind::Started => ("Started", String::new()),
            EventKind::Plan(..) => ("Plan", String::new()),
            EventKind::Test(claim) => ("Test", claim.label.to_string()),
            EventKind::Diag(text) => ("Diag", text.to_string()),
            EventKind::Amnesty(_) => ("Amnesty", String::new()),
            EventKind::SkipRest(..) => ("SkipRest", String::new()),
            EventKind::Problem(_) => ("Problem", String::new()),
            EventKind::StageTransition { .. } => ("StageTransition", String::new()),
            EventKind::NoMoreTests => ("NoMoreTests", String::new()),
            EventKind::JobsAwaited => ("JobsAwaited", String::new()),
            EventKind::Telemetry(_) => ("Telemetry", String::new()),
            EventKind::DoneTesting(_) => ("DoneTesting", String::new()),
            EventKind::BailOut(_) => ("BailOut", String::new()),
            EventKind::Command(Command::SyncEvents(_)) => ("SyncEvents", String::new()),
            EventKind::Command(_) => ("Command", String::new()),
            _ => ("?", String::new()),
        };
        SEEN.lock().unwrap().push(Seen {
            hub: self.0,
            origin: event.origin.0,
            id: event.id.0,
            kind,
            text,
        });
    }
}

async_test_suite::register_bundle!(Watch);

/// Does what labels and texts ask for.
#[derive(Default)]
struct Meddler {
    total: u32,
}

impl Bundle for Meddler {
    fn filter_test(&mut self, suite: &SuiteInfo, claim: &mut Claim) -> bool {
        if claim.label == "change" {
            claim.raw = Raw::Pass;
            claim.label = format!("changed in {}", suite.path).into();
        }
        claim.label != "drop"
    }

    fn filter_event(&mut self, event: Event) -> Vec<Event> {
        match &event.kind {
            EventKind::Diag(text) if text == "silence" => Vec::new(),
            EventKind::Test(claim) if claim.label == "double" => {
                let (mut again, origin, time) = (claim.clone(), event.origin, event.time);
                again.label = "doubled".into();
                let kind = EventKind::Test(again);
                let added = Event {
                    origin,
                    time,
                    kind,
                    id: event.id,
                };
                vec![event, added]
            }
            _ => vec![event],
        }
    }

    fn on_event(&mut self, event: &Event) {
        if matches!(&event.kind, EventKind::Diag(text) if text == "die") {
            panic!("on purpose");
        }
    }

    fn on_command(&mut self, _: &SuiteInfo, name: &str, payload: &Payload) -> bool {
        match name {
            "add" => self.total += payload.0.downcast_ref::<u32>().expect("a number"),
            "total" => {
                let total = payload.0.downcast_ref::<Arc<Mutex<u32>>>();
                *total.expect("a place for a number").lock().unwrap() = self.total;
            }
            "post" => {
                let suite = payload.0.downcast_ref::<Suite>().expect("a suite");
                suite.send(EventKind::Diag("sent".into()));
                suite
                    .post_event(EventKind::Diag("posted".into()))
                    .expect("this is inside of a hook");
                let refused = suite.send_command("add", 1_u32).expect_err("it would wait for itself");
                suite.send(EventKind::Diag(refused.to_string().into()));
                assert_eq!(suite.tests_run(), 0, "asking in a hook does not block");
            }
            _ => return false,
        }
        true
    }
}

async_test_suite::register_bundle!(Meddler);

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
            t.send_command("add", 1_u32).unwrap();
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

#[suite]
async fn a20_a_bundle_drops_changes_and_adds() {
    let seen = Intercept::new()
        .run("meddled", |_| async {
            flunk!("drop");
            flunk!("change");
            pass!("double");
            diag!("silence");
            diag!("aloud");
        })
        .await;
    is!(labels(&seen, "meddled"), ["changed in meddled", "double", "doubled"]);
    is!(letters(&seen, "meddled"), "PPP");
    is!(
        seen.checks("meddled")
            .iter()
            .map(|check| check.number)
            .collect::<Vec<_>>(),
        [1, 2, 3]
    );
    let diags = seen.records().iter().filter_map(|record| match record {
        Record::Diag(_, text) => Some(text.to_string()),
        _ => None,
    });
    is!(diags.collect::<Vec<_>>(), ["aloud"]);
}

#[suite]
async fn a20_posting_works_in_hooks_only_and_comes_first() {
    let seen = Intercept::new()
        .run("posts", |t| async move {
            let refused = t.post_event(EventKind::Diag("outside".into())).unwrap_err();
            assert_eq!(
                (refused.suite.as_str(), refused.kind),
                ("posts", ErrorKind::OutsideEventLoop)
            );
            t.send_command("post", t.clone()).unwrap();
        })
        .await;
    is!(seen.verdict(), Verdict::Passed, "{:?}", seen.end().problems);
    let diags = seen.records().iter().filter_map(|record| match record {
        Record::Diag(_, text) => Some(text.to_string()),
        _ => None,
    });
    let diags: Vec<String> = diags.collect();
    is!(diags[..2], ["posted", "sent"], "what is posted overtakes what waits");
    like!(
        diags[2],
        "^`send_command` in suite `posts`: a hook cannot wait for the answer"
    );
}

#[suite]
async fn a20_a_bundle_that_panics_fails_the_run_and_loses_nothing() {
    let seen = Intercept::new()
        .run("outlives", |t| async move {
            t.diag("die");
            pass!("counted");
            flunk!("drop");
            assert!(t.send_command("add", 1_u32).is_err(), "it is not called any more");
        })
        .await;
    nok!(seen.run_end().is_ok());
    let problems = &seen.run_end().problems;
    is!(problems.len(), 1, "told once");
    matches_ok!(
        &*problems[0],
        Problem::Extension { name, what }
            if name.starts_with("bundle ") && name.ends_with("Meddler")
                && what.starts_with("panicked") && what.ends_with("on purpose")
    );
    is!(labels(&seen, "outlives"), ["counted", "drop"]);
    ok!(
        seen_by_the_hub_of("outlives").iter().any(|it| it.text == "die"),
        "other bundles still see the event"
    );
    let built_in = fixture("kills_a_bundle", &[]);
    is!(built_in.code, Some(101), "under the built-in harness as well");
    like!(
        built_in.out + &built_in.err,
        "(?s)bundle seed_map_events::Meddler.*panicked.*on purpose"
    );
}

#[suite]
async fn a21_a_bundle_handles_a_command_of_its_own() {
    let total = Arc::new(Mutex::new(0_u32));
    let told = total.clone();
    let seen = Intercept::new()
        .run("commands", |t| async move {
            t.send_command("add", 5_u32).unwrap();
            t.spawn(async { Suite::current().send_command("add", 7_u32) })
                .await
                .unwrap()
                .unwrap();
            t.send_command("total", told).unwrap();
            let error = t.send_command("ad", ()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::UnknownCommand("ad".to_owned()));
        })
        .await;
    is!(*total.lock().unwrap(), 12);
    matches_ok!(
        &problems(&seen, "commands")[..],
        [Problem::Misuse(_, error)] if error.kind == ErrorKind::UnknownCommand("ad".to_owned()),
        "a command that nobody handles fails its suite"
    );
}

#[suite]
async fn a21_the_built_in_commands_are_events_of_the_same_queue() {
    let seen = Intercept::new()
        .run("built-in", |t| async move {
            t.todo_next("set", 1);
            t.skip_remaining("skip", false);
            t.sync_events().await;
            t.send_message("one\ntwo\r\n\nthree");
            t.bail_out("stop");
        })
        .await;
    let kinds: Vec<&str> = seen_by_the_hub_of("built-in")
        .iter()
        .map(|it| it.kind)
        .filter(|kind| {
            ![
                "Open",
                "Started",
                "StageTransition",
                "JobsAwaited",
                "DoneTesting",
                "Problem",
            ]
            .contains(kind)
        })
        .collect();
    is!(
        kinds,
        [
            "Amnesty",
            "Amnesty",
            "SyncEvents",
            "Diag",
            "Diag",
            "Diag",
            "Diag",
            "BailOut"
        ]
    );
    is!(seen.run_end().bailed_out.as_deref(), Some("stop"));
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
