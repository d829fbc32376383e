//! What a `#[suite]` keeps to itself, until somebody has to know.
//!
//! Most suites begin, check, pass and end. What such a suite tells is kept in a list. The first event that may make
//! something else of it, or the first question, brings the list to the hub in its order, and from there on the suite is
//! like any other. When it has ended and there was nothing else, it has passed. The built-in harness shows nothing of a
//! test that passes, and the hub never hears of it then. Under `main!` a row is to be shown, and the hub is told everything
//! at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::event::{Event, EventKind};
use crate::ledger;
use crate::queue::Message;
use crate::suite::{Suite, lock};

/// With more events than these they are told.
const KEPT: usize = 256;

#[derive(Debug)]
pub(super) struct Held(Mutex<State>);

#[derive(Debug)]
enum State {
    /// The hub has been told nothing. There is this to tell.
    Kept(Vec<Event>),
    /// It has passed, and the hub has not heard of it, but perhaps of its name. Only under the built-in harness.
    Unheard {
        is_known: bool,
    },
    Told,
}

impl Held {
    /// For a suite that opens with this event, which is given back where it has to be sent; with the room of another one
    /// that has been told.
    pub(super) fn from(opening: Event, room: Option<Vec<Event>>) -> (Option<Held>, Option<Event>) {
        let mut kept = match room {
            Some(room) => room,
            None => Vec::with_capacity(4),
        };
        kept.clear();
        let to_tell = match ledger::is_plain(&opening.kind) {
            true => {
                kept.push(opening);
                None
            }
            false => Some(opening),
        };
        (Some(Held(Mutex::new(State::Kept(kept)))), to_tell)
    }
}

/// How many have passed unheard of which the root has not been told yet.
#[derive(Debug, Default)]
pub(crate) struct Untold {
    count: AtomicU64,
    /// Somebody puts the number in the queue. It stays until it is there, so whoever finds none need not wait.
    telling: Mutex<()>,
}

impl Suite {
    /// Keeps an event. It is given back where it has to be sent; what had been kept is in the queue then.
    pub(super) fn hold_back(&self, event: Event) -> Option<Event> {
        let Some(Held(state)) = &self.0.held else {
            self.root_speaks(&event);
            return Some(event);
        };
        if !matches!(event.kind, EventKind::DoneTesting(_)) {
            match &mut *lock(state) {
                State::Kept(kept) if kept.len() < KEPT && ledger::is_plain(&event.kind) => {
                    kept.push(event);
                    return None;
                }
                State::Kept(_) | State::Unheard { .. } | State::Told => {}
            }
        }
        self.hold_or_tell(state, event)
    }

    /// The same of what is not merely kept. Apart from it, since in a build without optimization all that this moves about
    /// would stand on the stack of the thread of a test, for every check.
    #[inline(never)]
    fn hold_or_tell(&self, state: &Mutex<State>, event: Event) -> Option<Event> {
        let is_the_end = matches!(event.kind, EventKind::DoneTesting(_));
        if is_the_end && !self.0.hub.is_attended {
            // What still waits may be something that the next suite to end has to fail for.
            self.0.hub.sender.settle();
        }
        let mut guard = lock(state);
        match &*guard {
            State::Told => {
                if is_the_end {
                    self.tell_unheard();
                }
                return Some(event);
            }
            State::Unheard { .. } => {
                self.speak_unheard(guard, event);
                return None;
            }
            State::Kept(kept) if kept.len() < KEPT && is_the_end && ledger::is_plain(&event.kind) => {
                if self.0.hub.is_attended {
                    self.tell_whole(guard, event);
                    return None;
                }
                if !self.0.hub.blames_next() {
                    let kept = std::mem::replace(&mut *guard, State::Unheard { is_known: false });
                    // Under the lock: whoever finds it ended may count on it.
                    self.0.hub.untold.count.fetch_add(1, Ordering::Release);
                    drop(guard);
                    drop(kept);
                    return None;
                }
            }
            State::Kept(_) => {}
        }
        self.tell(&mut guard);
        Some(event)
    }

    /// It has passed, and now that is told with all that was kept.
    #[inline(never)]
    fn tell_whole(&self, mut state: MutexGuard<'_, State>, end: Event) {
        if let State::Kept(mut kept) = std::mem::replace(&mut *state, State::Told) {
            kept.push(end);
            // Under the lock: whatever else is said of it comes later.
            let is_too_much = self.0.hub.sender.put(Message::Whole(kept));
            drop(state);
            if is_too_much {
                self.0.hub.sender.handle();
            }
        }
    }

    /// It has passed unheard, and this comes after it.
    #[inline(never)]
    fn speak_unheard(&self, mut state: MutexGuard<'_, State>, event: Event) {
        if matches!(event.kind, EventKind::Telemetry(_)) {
            // Nobody listens any more, and whoever measures is not to wait for the desk.
            return;
        }
        if let State::Unheard { is_known } = &mut *state {
            self.tell_name(is_known);
        }
        drop(state);
        // It comes too late, so nobody else is about to ask the hub.
        self.0.hub.send(Message::Event(event), false);
    }

    /// Brings to the hub what was kept, ahead of whatever else is about to be sent or asked.
    pub(crate) fn tell_held(&self) {
        match &self.0.held {
            Some(Held(state)) => {
                let state = &mut *lock(state);
                // What comes is too late, and the ledger has to name the suite.
                if let State::Unheard { is_known } = state {
                    self.tell_name(is_known);
                }
                self.tell(state);
            }
            None if self.0.info.nesting == 0 => self.tell_unheard(),
            None => {}
        }
    }

    /// Under the lock, so that nobody else of the suite comes first. Handles nothing.
    fn tell(&self, state: &mut State) {
        if let State::Kept(kept) = state {
            self.tell_unheard();
            for event in std::mem::take(kept) {
                self.0.hub.sender.put(Message::Event(event));
            }
            *state = State::Told;
        }
    }

    /// Each suite that has passed unheard is a test point of the root.
    fn tell_unheard(&self) {
        let Untold { count, telling } = &self.0.hub.untold;
        if count.load(Ordering::Acquire) == 0 {
            return;
        }
        let _turn = lock(telling);
        let passed = count.load(Ordering::Acquire);
        if passed > 0 {
            let root = self.0.parent.as_ref().unwrap_or(self);
            let event = root.event(EventKind::Passed(passed));
            self.0.hub.sender.put(Message::Event(event));
            count.fetch_sub(passed, Ordering::Release);
        }
    }

    /// Once.
    fn tell_name(&self, is_known: &mut bool) {
        if !std::mem::replace(is_known, true) {
            let info = &self.0.info;
            self.0.hub.sender.put(Message::Unheard(info.id, info.path.clone()));
        }
    }

    /// Whether it has ended, has passed, and the hub has not heard of it.
    pub(crate) fn has_passed_unheard(&self) -> bool {
        let held = self.0.held.as_ref();
        held.is_some_and(|Held(state)| matches!(*lock(state), State::Unheard { .. }))
    }

    /// What the root is told may be about the suites that are created from here on: those before must not be taken for
    /// such, and those that have ended are counted before.
    fn root_speaks(&self, event: &Event) {
        let hub = &self.0.hub;
        if self.0.info.nesting > 0 || !ledger::is_about_children(&event.kind) {
            return;
        }
        if hub.holds() {
            hub.hold_no_more();
            self.table().flush();
            if let Some(capture) = &hub.capture {
                // Those that have ended are no jobs any more.
                capture.hurry();
            }
        }
        self.tell_unheard();
    }
}
