//! Deadlines on the system's clock, watched by a thread of their own.
//!
//! They come true when a task blocks every worker thread and when tokio's clock is paused. The thread starts with the
//! first deadline and sleeps until the earliest one.

mod due;

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use self::due::{Due, Key};
use crate::aside;

type Action = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    /// Until when the thread sleeps; none while it is at work or sleeps until it is woken.
    sleeps_until: Option<Instant>,
    due: Due<Action>,
    next: u64,
}

#[derive(Default)]
struct Watch {
    state: Mutex<State>,
    earlier: Condvar,
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, State> {
        // An action never runs under the lock, so a poisoned state is a whole one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let next = state.due.first();
            state.sleeps_until = next;
            state = match next {
                Some(at) if at <= now => {
                    let due = state.due.pop_first();
                    drop(state);
                    if let Some(action) = due {
                        // Without this thread no limit would be kept any more. The hook has told what it is.
                        let _ = catch_unwind(AssertUnwindSafe(action));
                    }
                    self.lock()
                }
                Some(at) => {
                    let waited = self.earlier.wait_timeout(state, at - now);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.earlier.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

fn watch() -> &'static Arc<Watch> {
    static WATCH: OnceLock<Arc<Watch>> = OnceLock::new();
    WATCH.get_or_init(|| {
        let watch = Arc::new(Watch::default());
        let thread = watch.clone();
        aside::start("async-test-clock", move || thread.run())
            .expect("failed to start the thread that watches deadlines");
        watch
    })
}

/// A deadline that is called off when this is dropped.
#[must_use = "a dropped deadline is called off"]
pub(crate) struct Deadline(Option<Key>);

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Deadline").field(&self.0).finish()
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        if let Some(key) = self.0 {
            // The action is dropped outside of the lock: it may own anything.
            let action = watch().lock().due.remove(key);
            drop(action);
        }
    }
}

/// Runs `action` on the clock's thread when the time has come; it must be short.
///
/// A time beyond what the clock can express never comes.
pub(crate) fn after(time: Duration, action: impl FnOnce() + Send + 'static) -> Deadline {
    let Some(at) = Instant::now().checked_add(time) else {
        return Deadline(None);
    };
    let watch = watch();
    let mut state = watch.lock();
    state.next += 1;
    let key = (at, state.next);
    // To wake the thread costs more than all the rest, so it is let sleep when it wakes early enough by itself.
    let too_late = state.sleeps_until.is_none_or(|until| at < until);
    state.due.insert(key, Box::new(action));
    drop(state);
    if too_late {
        watch.earlier.notify_one();
    }
    Deadline(Some(key))
}

/// Sleeps on the system's clock, also where tokio's is paused. Cancel safe; nothing stays behind when it is dropped.
pub(crate) fn sleep_real(time: Duration) -> impl Future<Output = ()> + Send {
    let (wake, woken) = oneshot::channel();
    let deadline = after(time, move || {
        let _ = wake.send(());
    });
    async move {
        let _deadline = deadline;
        // An error would mean that the action was dropped without having run: a time that never comes.
        if woken.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn deadlines_come_in_their_order_and_dropped_ones_do_not() {
        let (sender, receiver) = mpsc::channel();
        let send = |text: &'static str| {
            let sender = sender.clone();
            move || sender.send(text).unwrap()
        };
        // The thread sleeps until then, if nothing else wakes it.
        let _far = after(Duration::from_secs(3600), send("far"));
        let _early = after(Duration::from_millis(20), send("early"));
        let _late = after(Duration::from_millis(60), send("late"));
        drop(after(Duration::from_millis(1), send("never")));
        assert_eq!(receiver.recv().unwrap(), "early");
        assert_eq!(receiver.recv().unwrap(), "late");
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_does_not_hold_it_up() {
        let before = Instant::now();
        sleep_real(Duration::from_millis(5)).await;
        assert!(before.elapsed() >= Duration::from_millis(5));
    }
}
