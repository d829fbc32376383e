//! One deadline for all `#[suite]`s that have the time limit of the run.
//!
//! Nearly all suites end long before their limit, and to set a deadline for each and to call it off again costs as much
//! as many a body. Their limit is the same, so it is enough to look at all that are running when the first of them may
//! have passed it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::watch::PATIENCE;
use crate::aside;
use crate::clock::{self, Deadline};
use crate::stray;
use crate::suite::{Suite, lock};

/// When they are looked at next; none where nothing ran the last time.
static NEXT: Mutex<Option<(Instant, Deadline)>> = Mutex::new(None);
/// There is such a time, and it is early enough for whoever begins now.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// Sees to it that the running suites are looked at when this has passed, or before.
fn set(wait: Duration) {
    let mut next = lock(&NEXT);
    IS_SET.store(true, Ordering::SeqCst);
    let Some(at) = Instant::now().checked_add(wait) else {
        return;
    };
    if next.as_ref().is_none_or(|(known, _)| at < *known) {
        let before = next.replace((at, clock::after(wait, sweep)));
        drop(next);
        drop(before);
    }
}

/// Ends those that have passed their limit, on the clock's thread.
fn sweep() {
    let before = {
        let mut next = lock(&NEXT);
        // Whoever begins from here on sets the next time himself; those before are among the running ones.
        IS_SET.store(false, Ordering::SeqCst);
        next.take()
    };
    drop(before);
    let mut earliest = None;
    let running = stray::running();
    for suite in &running {
        let Some(limit) = suite.swept_limit() else { continue };
        match limit.checked_sub(suite.started().elapsed()) {
            Some(left) if !left.is_zero() => earliest = Some(earliest.map_or(left, |known: Duration| known.min(left))),
            _ => suite.time_out_after(Duration::ZERO, limit, PATIENCE),
        }
    }
    if let Some(wait) = earliest {
        set(wait);
    }
    // With the last handle of a suite goes what its test has left in it, and that may take its time. Deadlines do not wait.
    if !running.is_empty() {
        let _ = aside::start("async-test-sweep", move || drop(running));
    }
}

impl Suite {
    /// Watches the limit of a suite that begins.
    pub(super) fn watch_from_begin(&self, limit: Duration) {
        let is_of_all = self.0.info.nesting == 1 && self.0.hub.settings.timeout == Some(limit);
        if !(is_of_all && stray::is_of_the_process(self)) {
            self.watch(limit);
        } else if !IS_SET.load(Ordering::SeqCst) {
            set(limit);
        }
    }

    /// Its limit, where it has no deadline of its own and has not called it off.
    fn swept_limit(&self) -> Option<Duration> {
        let limits = lock(&self.0.limits);
        let limit = limits
            .timeout
            .filter(|_| limits.deadline.is_none() && !limits.is_called_off);
        limit.filter(|limit| self.0.hub.settings.timeout == Some(*limit))
    }
}
