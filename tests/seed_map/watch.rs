//! A bundle that writes down what it sees.
#![allow(dead_code, reason = "every test program uses another part of it")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_test_suite::Bundle;
use async_test_suite::event::{Command, Event, EventKind};

/// One event as a bundle saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) hub: usize,
    pub(crate) origin: u64,
    pub(crate) id: u64,
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

static SEEN: Mutex<Vec<Seen>> = Mutex::new(Vec::new());

/// What the bundles of the hub that ran this suite have seen so far.
pub(crate) fn seen_by_the_hub_of(path: &str) -> Vec<Seen> {
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
