//! Somebody who looks after a round that holds its thread.
//!
//! On a runtime of several threads nobody may be left to drive tokio's timers then: the thread that drove them took
//! over the task that blocks, and the others sleep. All sleeps of the test would stand still with it. So a thread of
//! ours looks now and then, wakes the runtime up, and gives the round up when its time is over.
//!
//! In a long rest between two rounds there is nothing to look at, so the first look that finds the loop there is the last
//! one until the loop, or whoever waits for its end, asks for another.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use super::shared::{Core, order};
use super::wait::GRACE;
use crate::clock::{self, Deadline};

/// How often it looks. A round that was there the last time already holds its thread.
pub(super) const LOOK: Duration = Duration::from_millis(50);

/// The next look, while a session runs.
#[derive(Default)]
pub(crate) struct Watchdog {
    duty: Mutex<Duty>,
    /// There is a session in `duty`.
    is_on: AtomicBool,
}

#[derive(Default)]
struct Duty {
    session: Option<u64>,
    /// The runtime of its loop.
    runtime: Option<Handle>,
    next: Option<Deadline>,
    /// The loop waits for a time that is far off, or for an order.
    rests: bool,
    /// There will be no look until somebody asks for one.
    sleeps: bool,
}

impl Watchdog {
    fn lock(&self) -> MutexGuard<'_, Duty> {
        self.duty.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Acquire)
    }

    /// Nobody looks now, and nobody will before somebody asks for it.
    #[cfg(test)]
    pub(super) fn sleeps(&self) -> bool {
        self.lock().sleeps
    }

    /// This session has ended; another one may have begun since.
    pub(crate) fn end(&self, session: u64) {
        let mut duty = self.lock();
        if duty.session != Some(session) {
            return;
        }
        let ended = std::mem::take(&mut *duty);
        self.is_on.store(false, Ordering::Release);
        drop(duty);
        // Called off outside of the lock: the look that is due may be waiting for it.
        drop(ended);
    }
}

impl<T, E> Core<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    pub(crate) fn watch(self: &Arc<Self>, session: u64) {
        let mut duty = self.watchdog.lock();
        let before = std::mem::replace(
            &mut *duty,
            Duty {
                session: Some(session),
                runtime: Some(Handle::current()),
                ..Duty::default()
            },
        );
        self.watchdog.is_on.store(true, Ordering::Release);
        drop(duty);
        drop(before);
        self.look_again(session, None);
    }

    /// The loop begins a rest that is longer than the time between two looks.
    pub(super) fn rests(&self, session: u64) {
        self.note_rest(session, true);
    }

    /// The rest is over, and the loop goes on.
    pub(super) fn goes_on(self: &Arc<Self>, session: u64) {
        if let Some(duty) = self.note_rest(session, false) {
            self.wake_up(duty, session);
        }
    }

    /// Not of a session that was given up and is still there.
    fn note_rest(&self, session: u64, rests: bool) -> Option<MutexGuard<'_, Duty>> {
        if !self.watchdog.is_on() {
            return None;
        }
        let mut duty = self.watchdog.lock();
        if duty.session != Some(session) {
            return None;
        }
        duty.rests = rests;
        Some(duty)
    }

    /// Somebody waits for the end of the loop, and has given it the order to end.
    pub(super) fn awaits_end(self: &Arc<Self>) {
        let duty = self.watchdog.lock();
        if let Some(session) = duty.session {
            self.wake_up(duty, session);
        }
    }

    fn wake_up(self: &Arc<Self>, mut duty: MutexGuard<'_, Duty>, session: u64) {
        let slept = duty.session == Some(session) && std::mem::take(&mut duty.sleeps);
        drop(duty);
        if slept {
            self.look_again(session, None);
        }
    }

    fn look_again(self: &Arc<Self>, session: u64, seen: Option<Duration>) {
        let core = Arc::downgrade(self);
        let next = clock::after(LOOK, move || {
            if let Some(core) = core.upgrade() {
                core.look(session, seen);
            }
        });
        let mut duty = self.watchdog.lock();
        let before = match duty.session == Some(session) {
            true => duty.next.replace(next),
            false => Some(next),
        };
        drop(duty);
        drop(before);
    }

    fn look(self: Arc<Self>, session: u64, seen: Option<Duration>) {
        let runtime = {
            let mut duty = self.watchdog.lock();
            if duty.session != Some(session) {
                return;
            }
            // An order comes before the question for another look, so one that comes now is not overlooked.
            if duty.rests && self.orders() & (order::STOP | order::END) == 0 {
                duty.sleeps = true;
                return;
            }
            duty.runtime.clone()
        };
        let round = self.held_since();
        if let (Some(runtime), true) = (runtime, round.is_some() && round == seen) {
            let core = self.clone();
            // Waking a thread for it is half of the purpose.
            drop(runtime.spawn(async move { core.look_after(session) }));
        }
        // Whoever waits for the loop looks at the time.
        self.progress.notify_waiters();
        self.look_again(session, round);
    }

    fn look_after(&self, session: u64) {
        let now = self.base.elapsed();
        let late = self.in_flight().filter(|(began, limit)| {
            self.held_since().is_some() && now.saturating_sub(*began) >= limit.saturating_add(GRACE)
        });
        let is_current = self.lock().session.as_ref().is_some_and(|it| it.number == session);
        if let Some(round) = late.filter(|_| is_current) {
            self.give_up(Some(round));
        }
    }
}
