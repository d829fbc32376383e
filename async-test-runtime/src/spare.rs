//! Spare worker threads of the shared runtime: they sleep until code of the user holds all the others.
//!
//! A runtime cannot be given more threads later. So it is built with some more than it is to use, and these are put to
//! sleep by tasks that block them. From outside a beat is sent now and then: a task that does nothing. When none
//! has come through for a while, no thread is free, and a spare one is woken, the next time two, and so on. A thread that
//! was woken stays awake: a program that blocks its threads once does it again.
//!
//! The beat has another use. The thread that drives tokio's timers may be the one that is blocked, while the others
//! sleep; the beat wakes one of them, and it takes over.

mod pace;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::clock::{self, Deadline};
use crate::ours;
use pace::{Pace, Step};

/// How often a beat is sent.
const BEAT: Duration = Duration::from_millis(100);

/// How long they may take to go to sleep.
const SETTLE: Duration = Duration::from_secs(5);

/// How many spare threads a run of so many suites gets. Each adds 0.1 ms to a run that needs none.
pub(crate) fn count(suites: usize) -> usize {
    suites.min(8).max(suites / 16).min(32)
}

/// The spare threads of one runtime. No more are woken when this is dropped.
pub(crate) struct Spares(Arc<Inner>);

struct Inner {
    /// How many threads are to bring a task that puts one to sleep.
    to_come: AtomicUsize,
    /// How many are to wake.
    wake: Mutex<usize>,
    woken: Condvar,
    asleep: AtomicUsize,
    /// The beat has come through.
    beaten: AtomicBool,
    /// It has not for so long that those who block the threads are taken not to come back.
    is_lost: AtomicBool,
    next: Mutex<Option<Deadline>>,
    /// How many have gone to sleep in the beginning.
    settled: Mutex<usize>,
    settles: Condvar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Spares {
    /// So many, of a runtime that is to be built with as many threads more than it is to use.
    pub(crate) fn new(count: usize) -> Spares {
        Spares(Arc::new(Inner {
            to_come: AtomicUsize::new(count),
            wake: Mutex::new(0),
            woken: Condvar::new(),
            asleep: AtomicUsize::new(count),
            beaten: AtomicBool::new(true),
            is_lost: AtomicBool::new(false),
            next: Mutex::new(None),
            settled: Mutex::new(0),
            settles: Condvar::new(),
        }))
    }

    /// What each thread of the runtime has to do first. Nothing else may be started on it before `settle`.
    ///
    /// It brings the task that puts one to sleep, and finds it at once where no other has taken it: to start the tasks when
    /// the threads are there would be to wake one after the other. As long as fewer tasks wait than there are threads, none
    /// takes two of them, of which the second one would lie where nobody looks.
    pub(crate) fn on_thread_start(&self) -> impl Fn() + Send + Sync + use<> {
        let inner = Arc::downgrade(&self.0);
        move || {
            let Some(inner) = inner.upgrade() else { return };
            let one_less = |to_come: usize| to_come.checked_sub(1);
            let order = Ordering::Relaxed;
            if inner.to_come.fetch_update(order, order, one_less).is_ok() {
                drop(ours::spawn(&Handle::current(), async move { inner.sleep() }));
            }
        }
    }

    /// Waits until they sleep, and watches over the other threads of the runtime from then on.
    ///
    /// Not for ever: which thread takes which task is tokio's to say, and one spare thread less is better than a run that
    /// does not begin.
    pub(crate) fn settle(&self, runtime: &Handle) {
        let inner = &self.0;
        let are_awake = |settled: &mut usize| *settled < inner.asleep.load(Ordering::Relaxed);
        let settled = inner
            .settles
            .wait_timeout_while(lock(&inner.settled), SETTLE, are_awake);
        drop(settled);
        inner.beat(runtime, Pace::new(Instant::now()));
    }

    /// Wakes no more of them, and lets those sleep on that still do, for ever; how many they are.
    pub(crate) fn leave_asleep(&self) -> usize {
        let next = lock(&self.0.next).take();
        drop(next);
        self.0.asleep.swap(0, Ordering::Relaxed)
    }

    /// Whether no thread has been free for long, and none is left to be woken.
    pub(crate) fn are_exhausted(&self) -> bool {
        self.0.asleep.load(Ordering::Relaxed) == 0 && self.0.is_lost.load(Ordering::Relaxed)
    }
}

impl Drop for Spares {
    fn drop(&mut self) {
        let next = lock(&self.0.next).take();
        drop(next);
        self.0.wake(usize::MAX);
    }
}

impl Inner {
    /// Blocks the thread until it is needed.
    fn sleep(&self) {
        let mut settled = lock(&self.settled);
        *settled += 1;
        if *settled == self.asleep.load(Ordering::Relaxed) {
            self.settles.notify_one();
        }
        drop(settled);
        let mut wake = lock(&self.wake);
        while *wake == 0 {
            wake = self.woken.wait(wake).unwrap_or_else(PoisonError::into_inner);
        }
        *wake -= 1;
    }

    fn wake(&self, count: usize) {
        let fewer = |asleep: usize| Some(asleep.saturating_sub(count));
        let updated = self.asleep.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer);
        let count = count.min(updated.unwrap_or_default());
        *lock(&self.wake) += count;
        (0..count).for_each(|_| self.woken.notify_one());
    }

    /// Looks for the beat that was sent, and sends the next one.
    fn beat(self: &Arc<Self>, runtime: &Handle, mut pace: Pace) {
        let has_come = self.beaten.swap(false, Ordering::Relaxed);
        match pace.step(Instant::now(), has_come, self.asleep.load(Ordering::Relaxed)) {
            Step::Send => {
                self.is_lost.store(false, Ordering::Relaxed);
                let me = self.clone();
                drop(runtime.spawn(async move { me.beaten.store(true, Ordering::Relaxed) }));
            }
            Step::Wait => {}
            Step::Wake(more) => self.wake(more),
            Step::Lost => self.is_lost.store(true, Ordering::Relaxed),
        }
        let (me, runtime) = (Arc::downgrade(self), runtime.clone());
        let next = clock::after(BEAT, move || {
            if let Some(me) = me.upgrade() {
                me.beat(&runtime, pace);
            }
        });
        let before = lock(&self.next).replace(next);
        drop(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_run_of_many_suites_has_more_of_them() {
        let counts = [0, 1, 8, 100, 200, 10_000].map(count);
        assert_eq!(counts, [0, 1, 8, 8, 12, 32]);
    }

    #[test]
    fn work_goes_on_when_every_thread_is_blocked() {
        let spares = Spares::new(3);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2 + 3)
            .on_thread_start(spares.on_thread_start())
            .enable_all()
            .build()
            .unwrap();
        spares.settle(runtime.handle());
        let (free, blocked) = mpsc::channel::<()>();
        let blocked = Arc::new(Mutex::new(blocked));
        for _ in 0..4 {
            let blocked = blocked.clone();
            runtime.spawn(async move {
                let _ = blocked.lock().unwrap().recv();
            });
        }
        runtime.block_on(async {
            let task = tokio::spawn(tokio::time::sleep(Duration::from_millis(1)));
            task.await.unwrap();
        });
        // The next beat gets through.
        while spares.are_exhausted() {
            std::thread::yield_now();
        }
        drop(free);
    }
}
