//! The bundles of a process at work: the way of each event past them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::claim::Problem;
use crate::event::{Command, Event, EventKind};
use crate::hook::Bundle;
use crate::hub::Guests;
use crate::ids::EventId;
use crate::order;
use crate::panic::catch_sync;
use crate::record::SuiteInfo;

/// How long one call of a hook may take.
const SLOW: Duration = Duration::from_secs(5);

pub(crate) struct Bundles {
    list: Vec<Guarded>,
    /// The number of the newest event that has passed the filters, whoever sent it.
    numbered: u64,
    /// What bundles did wrong since the last look.
    problems: Vec<Problem>,
}

/// A bundle, and whether it is still called.
struct Guarded {
    name: String,
    guest: usize,
    guests: Arc<Guests>,
    bundle: Box<dyn Bundle>,
    dead: bool,
    slow: bool,
}

impl Guarded {
    /// Calls a hook; without an answer when the bundle is dead or dies of it.
    fn call<T>(&mut self, problems: &mut Vec<Problem>, hook: impl FnOnce(&mut dyn Bundle) -> T) -> Option<T> {
        if self.dead {
            return None;
        }
        let call = self.guests.call(self.guest);
        let began = Instant::now();
        let answer = catch_sync(|| hook(&mut *self.bundle));
        drop(call);
        let took = began.elapsed();
        let what = match &answer {
            Err(caught) => {
                self.dead = true;
                let at = caught
                    .panic
                    .at
                    .as_ref()
                    .map(|at| format!(" at {at}"))
                    .unwrap_or_default();
                Some(format!("panicked{at}: {}", caught.panic.message))
            }
            Ok(_) if took > SLOW && !self.slow => {
                self.slow = true;
                Some(format!("took {took:?} for one event; at most {SLOW:?} are allowed"))
            }
            Ok(_) => None,
        };
        problems.extend(what.map(|what| Problem::Extension {
            name: format!("bundle {}", self.name),
            what,
        }));
        answer.ok()
    }
}

impl Bundles {
    pub(crate) fn new(bundles: Vec<Box<dyn Bundle>>, guests: &Arc<Guests>) -> Bundles {
        let mut list: Vec<(i32, Guarded)> = bundles
            .into_iter()
            .map(|bundle| {
                let guarded = Guarded {
                    name: bundle.name().to_owned(),
                    guest: guests.add(format!("the bundle `{}`", bundle.name())),
                    guests: guests.clone(),
                    bundle,
                    dead: false,
                    slow: false,
                };
                (guarded.bundle.priority(), guarded)
            })
            .collect();
        order::few(&mut list, |(p, a), (q, b)| (p, &a.name) < (q, &b.name));
        Bundles {
            list: list.into_iter().map(|(_, guarded)| guarded).collect(),
            numbered: 0,
            problems: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    /// What is to be judged in place of an event.
    pub(crate) fn filter(&mut self, event: Event, suite: &Arc<SuiteInfo>) -> Vec<Event> {
        let mut events = vec![event];
        for index in 0..self.list.len() {
            let mut next = Vec::with_capacity(events.len());
            for event in events {
                self.past(index, event, suite, &mut next);
            }
            events = next;
        }
        for event in &mut events {
            // Only here: what a filter adds has to come in order as well, and nobody else looks at the number.
            self.numbered += 1;
            event.id = EventId(self.numbered);
            self.take_keys(event, suite);
            for guarded in &mut self.list {
                guarded.call(&mut self.problems, |bundle| bundle.on_event(event));
            }
        }
        let problems = &mut self.problems;
        let list = &mut self.list;
        events.retain_mut(|event| !command(list, problems, event, suite));
        events
    }

    /// Past one bundle.
    fn past(&mut self, index: usize, mut event: Event, suite: &Arc<SuiteInfo>, next: &mut Vec<Event>) {
        let guarded = &mut self.list[index];
        if guarded.dead || !may_be_filtered(&event.kind) {
            next.push(event);
            return;
        }
        if let EventKind::Test(claim) = &mut event.kind {
            let kept = guarded.call(&mut self.problems, |bundle| bundle.filter_test(suite, claim));
            if kept == Some(false) {
                return;
            }
        }
        // A panicking filter loses its event with it, which is told: the run has failed.
        if let Some(events) = guarded.call(&mut self.problems, |bundle| bundle.filter_event(event)) {
            next.extend(events);
        }
    }

    fn take_keys(&mut self, event: &mut Event, suite: &Arc<SuiteInfo>) {
        let plan = match &mut event.kind {
            EventKind::Open(opening) => &mut opening.plan,
            EventKind::Plan(plan, _) => &mut **plan,
            _ => return,
        };
        let (list, problems) = (&mut self.list, &mut self.problems);
        plan.extra.retain(|(key, value)| {
            !list
                .iter_mut()
                .any(|guarded| guarded.call(problems, |bundle| bundle.plan_key(suite, key, value)) == Some(true))
        });
    }
}

/// Offers a command to the bundles; the answer is whether one handled it.
fn command(list: &mut [Guarded], problems: &mut Vec<Problem>, event: &mut Event, suite: &Arc<SuiteInfo>) -> bool {
    let EventKind::Command(Command::Custom { name, payload, reply }) = &mut event.kind else {
        return false;
    };
    let handled = list
        .iter_mut()
        .any(|guarded| guarded.call(problems, |bundle| bundle.on_command(suite, name, payload)) == Some(true));
    if handled {
        if let Some(reply) = reply.take() {
            reply.send(true);
        }
    }
    handled
}

/// Somebody waits for these, or everything that follows depends on them.
fn may_be_filtered(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::Open(_)
            | EventKind::DoneTesting(_)
            | EventKind::Command(Command::SyncEvents(_) | Command::Custom { .. })
            | EventKind::Terminate
    )
}
