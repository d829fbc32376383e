//! Signs of life of a future: how often it was polled, and for how long the poll that is under way has held its thread.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{Context, Wake, Waker};
use std::time::{Duration, Instant};

use crate::report::time;
use crate::stray;

/// From here on a poll that has not returned is said to block its thread.
const BLOCKS: Duration = Duration::from_millis(100);

#[derive(Default, Debug)]
pub(crate) struct Pulse {
    polls: AtomicU64,
    /// When the poll under way began, in nanoseconds since `base`; 0 when there is none.
    since: AtomicU64,
    waker: Mutex<Option<Waker>>,
}

fn base() -> Instant {
    static BASE: OnceLock<Instant> = OnceLock::new();
    *BASE.get_or_init(Instant::now)
}

fn now() -> u64 {
    u64::try_from(base().elapsed().as_nanos()).unwrap_or(u64::MAX).max(1)
}

/// What no other waker has, as long as this one or a clone of it is kept.
fn identity(waker: &Waker) -> (usize, usize) {
    (waker.data().addr(), (&raw const *waker.vtable()).addr())
}

/// Ends a poll, however it ends.
struct Polled<'a>(&'a AtomicU64);

impl Drop for Polled<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Lets go of the waker at the end: else it would keep its task alive, and its task perhaps it.
struct Kept<'a>(&'a Pulse);

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        let waker = self.0.lock().take();
        drop(waker);
    }
}

/// Wakes whoever drives the future. What it waits for is given this waker and not his, so that we see what wakes it.
impl Wake for Pulse {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        stray::woken();
        let waker = self.lock().clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Pulse {
    pub(crate) fn new() -> Pulse {
        Pulse {
            polls: AtomicU64::new(0),
            since: AtomicU64::new(0),
            waker: Mutex::new(None),
        }
    }

    /// Drives a future and takes its pulse. Cancel safe if the future is.
    pub(crate) async fn of<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        let mut future = pin!(future);
        let own = Waker::from(self.clone());
        let _kept = Kept(self);
        let mut known = None;
        poll_fn(|context| {
            stray::passed_by();
            let waker = Some(identity(context.waker()));
            if known != waker {
                known = self.keep(context.waker());
            }
            let _polled = self.begin();
            future.as_mut().poll(&mut Context::from_waker(&own))
        })
        .await
    }

    /// Runs what is no future as if it were one, in one poll.
    pub(crate) fn of_plain<T>(&self, body: impl FnOnce() -> T) -> T {
        let _polled = self.begin();
        body()
    }

    fn begin(&self) -> Polled<'_> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        self.since.store(now(), Ordering::Relaxed);
        Polled(&self.since)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Waker>> {
        match self.waker.lock() {
            Ok(waker) => waker,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// How often it was polled.
    pub(crate) fn polls(&self) -> u64 {
        self.polls.load(Ordering::Relaxed)
    }

    /// Which waker is kept then. It is a clone: as long as that is here, no other has the same identity.
    fn keep(&self, waker: &Waker) -> Option<(usize, usize)> {
        let mut kept = self.lock();
        match &mut *kept {
            Some(kept) => kept.clone_from(waker),
            None => *kept = Some(waker.clone()),
        }
        kept.as_ref().map(identity)
    }

    /// For how long the poll under way has held its thread; none when there is no poll.
    pub(crate) fn held(&self) -> Option<Duration> {
        match self.since.load(Ordering::Relaxed) {
            0 => None,
            since => Some(Duration::from_nanos(now().saturating_sub(since))),
        }
    }

    /// In words, where it is worth a word.
    pub(crate) fn blocks(&self) -> Option<String> {
        let held = self.held().filter(|held| *held >= BLOCKS)?;
        Some(format!("has blocked its thread for {}", time(held)))
    }

    /// Asks for a poll, and returns how many there were. The future is alive if there are more the next time.
    pub(crate) fn nudge(&self) -> u64 {
        let waker = self.lock().clone();
        if let Some(waker) = waker {
            waker.wake();
        }
        self.polls()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_future_that_yields_answers_a_nudge_and_holds_nothing() {
        let pulse = Arc::new(Pulse::default());
        let kept = pulse.clone();
        let task = tokio::spawn(async move { kept.of(std::future::pending::<()>()).await });
        tokio::task::yield_now().await;
        assert_eq!(pulse.held(), None);
        assert_eq!(pulse.nudge(), 1);
        tokio::task::yield_now().await;
        assert_eq!(pulse.nudge(), 2);
        task.abort();
    }

    #[test]
    fn a_poll_holds_its_thread_until_it_ends() {
        let pulse = Arc::new(Pulse::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(pulse.of(async {
            let held = pulse.held().unwrap();
            std::thread::sleep(Duration::from_millis(1));
            assert!(pulse.held().unwrap() > held);
            assert_eq!(pulse.blocks(), None);
        }));
        assert_eq!(pulse.held(), None);
    }
}
