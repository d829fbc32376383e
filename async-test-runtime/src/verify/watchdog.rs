//! Somebody who looks after a round that holds its thread.
//!
//! On a runtime of several threads nobody may be left to drive tokio's timers then: the thread that drove them took
//! over the task that blocks, and the others sleep. All sleeps of the test would stand still with it. So a thread of
//! ours looks now and then, wakes the runtime up, and gives the round up when its time is over.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use super::shared::Core;
use super::wait::GRACE;
use crate::clock::{self, Deadline};

/// How often it looks. A round that was there the last time already holds its thread.
const LOOK: Duration = Duration::from_millis(50);

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
    next: Option<Deadline>,
}

impl Watchdog {
    fn lock(&self) -> MutexGuard<'_, Duty> {
        self.duty.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Acquire)
    }

    /// This session has ended; another one may have begun since.
    pub(crate) fn end(&self, session: u64) {
        let mut duty = self.lock();
        if duty.session != Some(session) {
            return;
        }
        duty.session = None;
        self.is_on.store(false, Ordering::Release);
        let next = duty.next.take();
        drop(duty);
        // Called off outside of the lock: the look that is due may be waiting for it.
        drop(next);
    }
}

impl<T, E> Core<T, E>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    pub(crate) fn watch(self: &Arc<Self>, session: u64) {
        let mut duty = self.watchdog.lock();
        duty.session = Some(session);
        self.watchdog.is_on.store(true, Ordering::Release);
        drop(duty);
        self.look_again(session, Handle::current(), None);
    }

    fn look_again(self: &Arc<Self>, session: u64, runtime: Handle, seen: Option<Duration>) {
        let core = Arc::downgrade(self);
        let next = clock::after(LOOK, move || {
            let Some(core) = core.upgrade() else { return };
            let round = core.held_since();
            if round.is_some() && round == seen {
                let core = core.clone();
                // Waking a thread for it is half of the purpose.
                drop(runtime.spawn(async move { core.look_after(session) }));
            }
            // Whoever waits for the loop looks at the time.
            core.progress.notify_waiters();
            core.look_again(session, runtime, round);
        });
        let mut duty = self.watchdog.lock();
        let before = match duty.session == Some(session) {
            true => duty.next.replace(next),
            false => Some(next),
        };
        drop(duty);
        drop(before);
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
