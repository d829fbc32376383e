//! The seed map, rows A20 and A21: what a bundle can do to events, and commands.

mod seed_map;
#[path = "seed_map/watch.rs"]
mod watch;

use std::sync::{Arc, Mutex};

use async_test_suite::claim::{Claim, Problem, Raw};
use async_test_suite::error::ErrorKind;
use async_test_suite::event::{Event, EventKind, Payload};
use async_test_suite::prelude::*;
use async_test_suite::record::{Record, SuiteInfo, Verdict};
use async_test_suite::{Bundle, Intercept};
use seed_map::{fixture, labels, letters, problems};
use watch::seen_by_the_hub_of;

mod fixture {
    use super::*;

    #[suite]
    #[ignore = "run by a20"]
    async fn kills_a_bundle(t: Suite) {
        t.diag("die");
        ok!(true);
    }

    #[suite]
    #[ignore = "run by a20"]
    async fn kills_a_bundle_at_the_end() {
        pass!("die at the end");
    }
}

/// Does what labels and texts ask for.
#[derive(Default)]
struct Meddler {
    total: u32,
    doomed: bool,
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
        match &event.kind {
            EventKind::Diag(text) if text == "die" => panic!("on purpose"),
            EventKind::Test(claim) => self.doomed |= claim.label == "die at the end",
            EventKind::DoneTesting(_) if self.doomed => panic!("on purpose"),
            _ => {}
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
    let at_the_end = fixture("kills_a_bundle_at_the_end", &[]);
    is!(at_the_end.code, Some(101), "also by the last event of the last suite");
    like!(
        built_in.out + &built_in.err,
        "(?s)bundle seed_map_bundles::Meddler.*panicked.*on purpose"
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
